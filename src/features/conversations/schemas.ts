import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { changesSomething, id, listOf, metadata, storedId, storedTime } from '../../http/fields.ts'
import { pageOf } from '../../http/page.ts'
import { MESSAGE_ROLES } from '../messages/table.ts'
import { conversations } from './table.ts'

/** How much of the last message a list shows, in characters. */
export const PREVIEW_LENGTH = 200

const lastMessage = z.object({
  id: storedId,
  role: z.enum(MESSAGE_ROLES),
  preview: z.string().meta({ description: `The first ${PREVIEW_LENGTH} characters` }),
  createdAt: storedTime,
})

/** A row as it leaves the repository, with the newest message that isn't deleted. */
export const conversationRow = createSelectSchema(conversations, {
  id: storedId,
  metadata: z.record(z.string(), z.unknown()),
  messageCount: z.int().nonnegative(),
  lastActivityAt: storedTime,
  createdAt: storedTime,
  updatedAt: storedTime,
})
  .omit({ userId: true, lastSeq: true, deletedAt: true })
  .extend({ lastMessage: lastMessage.nullable() })
export type ConversationRow = z.output<typeof conversationRow>

/** A conversation on the wire. */
export const conversationSchema = conversationRow.omit({ version: true }).meta({ id: 'Conversation' })
export const conversationPage = pageOf(conversationSchema).meta({ id: 'ConversationPage' })

const fields = z.strictObject({
  title: z.string().trim().min(1).max(500).nullable(),
  systemPrompt: z.string().max(32_000).nullable(),
  metadata,
  tags: listOf(z.string().trim().min(1).max(64), { max: 32 }).transform((tags) => [...new Set(tags)]),
  archived: z.boolean(),
  pinned: z.boolean(),
})

export const conversationCreate = fields.partial().extend({ id: id.optional() })
export type ConversationCreate = z.output<typeof conversationCreate>

export const conversationPatch = fields.partial().refine(...changesSomething)
export type ConversationPatch = z.output<typeof conversationPatch>

export const conversationPath = z.object({ id })
