import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { storedClientId, storedTime } from '../../http/fields.ts'
import { auditRow } from '../audit/schemas.ts'
import { conversations } from '../conversations/table.ts'
import { wholeRow } from '../documents/schemas.ts'
import { messageRow } from '../messages/schemas.ts'
import { sessionRow } from '../sessions/schemas.ts'
import { userSchema } from '../users/schemas.ts'
import { vectorRow } from '../vectors/schemas.ts'

/** Rows as they leave the repository, deleted ones too. What follows from other lines (counters, versions) stays out. */
export const exportedRows = {
  session: sessionRow.omit({ userId: true, signInId: true }),
  conversation: createSelectSchema(conversations, {
    id: storedClientId,
    forkedFromConversation: storedClientId.nullable(),
    forkedFromMessage: storedClientId.nullable(),
    activeLeafId: storedClientId.nullable(),
    metadata: z.record(z.string(), z.unknown()),
    lastActivityAt: storedTime,
    createdAt: storedTime,
    updatedAt: storedTime,
    deletedAt: storedTime.nullable(),
  }).omit({
    userId: true,
    titleKey: true,
    messageCount: true,
    lastSeq: true,
    lastBranch: true,
    purgeAfter: true,
    version: true,
  }),
  message: messageRow.omit({ version: true, depth: true }).extend({ deletedAt: storedTime.nullable() }),
  document: wholeRow.omit({ chunkCount: true, jobs: true, version: true }).extend({
    deletedAt: storedTime.nullable(),
    embedding: z.array(z.number()).nullable().meta({ description: 'Where the client has brought one' }),
    model: z.string().nullable(),
  }),
  vector: vectorRow
    .omit({ chunkId: true, documentId: true, dimensions: true })
    .extend({ embedding: z.array(z.number()) }),
  auditEvent: auditRow.omit({ sessionId: true }),
}
export type Section = keyof typeof exportedRows
export type ExportedRow<S extends Section> = z.output<(typeof exportedRows)[S]>
/** In the order of the lines: what a line refers to stands before it. */
export const SECTIONS = Object.keys(exportedRows) as Section[]

/** Version of the lines' form. */
export const EXPORT_FORMAT = 1

/** One line of an export. The first is `export`, the last `end`: without it the download broke off. */
export const exportLine = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('export'), format: z.literal(EXPORT_FORMAT), exportedAt: storedTime }),
    userSchema.extend({ type: z.literal('user') }).meta({ id: 'ExportedUser' }),
    exportedRows.session.extend({ type: z.literal('session') }).meta({ id: 'ExportedSession' }),
    exportedRows.conversation.extend({ type: z.literal('conversation') }).meta({ id: 'ExportedConversation' }),
    exportedRows.message.extend({ type: z.literal('message') }).meta({ id: 'ExportedMessage' }),
    exportedRows.document.extend({ type: z.literal('document') }).meta({ id: 'ExportedDocument' }),
    exportedRows.vector.extend({ type: z.literal('vector') }).meta({ id: 'ExportedVector' }),
    exportedRows.auditEvent.extend({ type: z.literal('auditEvent') }).meta({ id: 'ExportedAuditEvent' }),
    z.object({
      type: z.literal('end'),
      counts: z.record(z.string(), z.int()).meta({ description: 'Lines by type' }),
    }),
  ])
  .meta({ id: 'ExportLine' })
