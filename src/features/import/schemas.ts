import * as z from 'zod'
import { METADATA_LENGTH } from '../../db/metadata.ts'
import { clientId, id, listOf, metadataOf, storedClientId } from '../../http/fields.ts'
import { conversationPatch } from '../conversations/schemas.ts'
import { documentCreate, documentPatch } from '../documents/schemas.ts'
import { EXPORT_FORMAT } from '../export/schemas.ts'
import { attachments, model, usage } from '../messages/attachments.ts'
import { MAX_PARTS, MAX_PARTS_BYTES, MAX_TEXT, storedSize, tooLong } from '../messages/part-bounds.ts'
import { messagePart, messageParts, textLength } from '../messages/parts.ts'
import { messagePatch, newMessage } from '../messages/schemas.ts'
import { halfNamed, namesWholeMessage, vectorCreate } from '../vectors/schemas.ts'

const EARLIEST = '1970'
const LATEST = '9999-12-31'

/** ISO-8601 with any offset, as UTC with milliseconds. Only years that Postgres and JavaScript write alike. */
export const time = z.iso
  .datetime({ offset: true })
  .transform((text) => {
    const date = new Date(text)
    return Number.isNaN(date.getTime()) ? '' : date.toISOString()
  })
  .refine((text) => text >= EARLIEST && text < LATEST, { error: 'must be between 1970 and 9999' })

/** As Postgres writes it. */
export const key = id.transform((text) => text.toLowerCase())

/** As long as merge patches may make it; the database looks at it again, as it writes 1e300 with all its zeros. */
const metadata = metadataOf(METADATA_LENGTH)

/** As long as a new `content` may make them: what is no text keeps to the bounds of parts, the text to its own. */
const parts = listOf(messagePart, { max: MAX_PARTS })
  .refine((parts) => textLength(parts) <= MAX_TEXT, {
    error: `must not have more than ${MAX_TEXT} characters of text`,
  })
  .refine((parts) => storedSize(parts.filter(({ type }) => type !== 'text')) <= MAX_PARTS_BYTES, {
    error: `${tooLong(MAX_PARTS_BYTES)}, texts aside`,
  })

const conversation = conversationPatch.shape
const message = messagePatch.shape
const document = { ...documentCreate.shape, externalId: documentPatch.shape.externalId }
const vector = vectorCreate.shape

const conversationLine = z.strictObject({
  type: z.literal('conversation'),
  id: clientId,
  title: conversation.title,
  derivedTitle: z.string().max(500).nullable().optional(),
  forkedFromConversation: clientId.nullable().optional(),
  forkedFromMessage: clientId.nullable().optional(),
  systemPrompt: conversation.systemPrompt,
  metadata: metadata.optional(),
  tags: conversation.tags,
  archived: conversation.archived,
  pinned: conversation.pinned,
  activeLeafId: clientId.nullable().optional(),
  lastActivityAt: time.optional(),
  createdAt: time.optional(),
  updatedAt: time.optional(),
  deletedAt: time.nullable().optional(),
})

const messageLine = z.strictObject({
  type: z.literal('message'),
  id: clientId,
  conversationId: clientId,
  seq: z.int().positive().optional(),
  parentId: clientId.nullable(),
  role: newMessage.shape.role,
  content: message.content.unwrap(),
  parts: parts.nullable().optional(),
  attachments: attachments.nullable().optional(),
  reasoning: message.reasoning,
  status: message.status,
  model: model.nullable().optional(),
  usage: usage.nullable().optional(),
  metadata: metadata.optional(),
  createdAt: time.optional(),
  updatedAt: time.optional(),
  deletedAt: time.nullable().optional(),
})

const documentLine = z
  .strictObject({
    type: z.literal('document'),
    id: key,
    externalId: document.externalId,
    title: document.title,
    content: document.content,
    /** Follows from the content. */
    contentHash: z.string().max(64).optional(),
    format: document.format,
    language: document.language,
    chunkSize: z.int().min(200).max(8000).nullable().optional(),
    chunkOverlap: z.int().min(0).nullable().optional(),
    tags: document.tags,
    metadata: metadata.optional(),
    embedding: vector.embedding.nullable().optional(),
    model: vector.model.unwrap().nullable().optional(),
    createdAt: time.optional(),
    updatedAt: time.optional(),
    deletedAt: time.nullable().optional(),
  })
  .refine(({ chunkSize, chunkOverlap }) => !chunkOverlap || (chunkSize ?? 0) >= 2 * chunkOverlap, {
    path: ['chunkOverlap'],
    error: 'must not be more than half the size',
  })

const vectorLine = z
  .strictObject({
    type: z.literal('vector'),
    id: key,
    conversationId: clientId.nullable().optional(),
    messageId: clientId.nullable().optional(),
    model: vector.model,
    content: vector.content,
    metadata: metadata.optional(),
    createdAt: time.optional(),
    embedding: vector.embedding,
  })
  .refine(namesWholeMessage, halfNamed)

/** The lines of an export that become rows, by type. */
export const importedLines = {
  conversation: conversationLine,
  message: messageLine,
  document: documentLine,
  vector: vectorLine,
}
export type ImportedType = keyof typeof importedLines
export type DocumentLine = z.output<typeof documentLine>
/** Its first line. */
export const beginning = z.object({ type: z.literal('export'), format: z.literal(EXPORT_FORMAT) })
/** Lines of an export that belong to the account which it was made of. */
export const FOREIGN_TYPES: ReadonlySet<unknown> = new Set(['user', 'session', 'auditEvent'])

/** A UIMessage of the AI SDK, as `useChat` keeps it. */
export const uiMessage = z
  .strictObject({
    id: z.string().min(1).max(256),
    role: newMessage.shape.role,
    parts: messageParts,
    metadata: metadata.nullish(),
    createdAt: time.optional(),
  })
  .meta({ id: 'ImportedUIMessage' })
export type UIMessage = z.output<typeof uiMessage>

/** A conversation of ChatGPT's `conversations.json`, as far as the document shows it; chat-gpt.ts reads it. */
const chatGptConversation = z
  .looseObject({
    id: z.string(),
    title: z.string().nullable(),
    create_time: z.number(),
    current_node: z.string(),
    mapping: z.record(z.string(), z.looseObject({ parent: z.string().nullable() })),
  })
  .partial()
  .required({ mapping: true })
  .meta({ id: 'ChatGPTConversation' })

/** What the JSON form takes, in words of JSON Schema. */
export const importInput = z.union([z.array(uiMessage), z.array(chatGptConversation)]).meta({ id: 'ImportList' })

export const importQuery = z.strictObject({
  conversationId: clientId.optional().meta({ description: 'For a list of UIMessages: which conversation they become' }),
})

const counts = z.record(z.string(), z.int())

export const importReport = z
  .object({
    format: z.enum(['export', 'chatgpt', 'uiMessages']),
    complete: z.boolean().meta({ description: 'false for an export without its last line: it broke off' }),
    taken: counts.meta({ description: 'What is new here, by type' }),
    skipped: counts.meta({ description: 'What was here already, and what nobody can import, by type' }),
    refused: counts.meta({ description: 'What `errors` tell about, by type; `line` where it has none' }),
    errors: z
      .array(z.object({ line: z.int(), path: z.string().optional(), message: z.string() }))
      .meta({ description: 'The first 100. Lines count from 1; of JSON it is the position in the list, from 0' }),
    into: storedClientId.optional().meta({ description: 'The conversation that a list of UIMessages became' }),
  })
  .meta({ id: 'ImportReport' })
export type ImportReport = z.output<typeof importReport>
