import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { changesSomething, clientId, listOf, metadata, pathId, storedClientId, storedTime } from '../../http/fields.ts'
import { pageOf, pageQuery } from '../../http/page.ts'
import { conversationPath } from '../conversations/schemas.ts'
import { attachments, model, usage } from './attachments.ts'
import { OMITTED_PART } from './part-bounds.ts'
import { messageParts } from './parts.ts'
import { MESSAGE_ROLES, MESSAGE_STATUSES, messages } from './table.ts'

/** A row as it leaves the repository. What is in `parts` is looked at when it goes out: see `toMessage`. */
export const messageRow = createSelectSchema(messages, {
  id: storedClientId,
  sentId: storedClientId.nullable().meta({ description: 'The id that it was saved under, where that is not `id`' }),
  conversationId: storedClientId,
  parentId: storedClientId.nullable(),
  seq: z.int().positive().meta({ description: '1, 2, 3 … without a gap in its conversation' }),
  parts: z.unknown(),
  attachments: z.unknown(),
  usage: z.unknown(),
  metadata: z.record(z.string(), z.unknown()),
  createdAt: storedTime,
  updatedAt: storedTime,
}).omit({ userId: true, deletedAt: true, purgeAfter: true, branch: true, search: true, wordsVersion: true })
export type MessageRow = z.output<typeof messageRow>

/** What the database makes of a message that is appended. */
export const placedRow = messageRow.pick({
  id: true,
  conversationId: true,
  seq: true,
  parentId: true,
  depth: true,
  createdAt: true,
  updatedAt: true,
  version: true,
})

/** A row without the metadata that was never given. */
export const withMetadata = <T extends Pick<MessageRow, 'metadata' | 'hasMetadata'>>({
  hasMetadata,
  metadata,
  ...row
}: T) => (hasMetadata ? { ...row, metadata } : row)

/** A row of a page: with how many rows there were to make the page of. */
export const treeRow = messageRow.extend({ found: z.int(), partsOmitted: z.boolean() })
export type TreeRow = z.output<typeof treeRow>

/** A row of a path: with the message that the path leads to. */
export const pathRow = treeRow.extend({
  leafId: z.string(),
  leafIsLast: z.boolean(),
  /** Id, branch and depth of each. */
  siblings: z.array(z.tuple([z.string(), z.int(), z.int()])).nullable(),
})
export type PathRow = Omit<z.output<typeof pathRow>, 'siblings'> & { siblings: Siblings | null }

/** Messages with the same parent, and for each the leaf below it. */
export interface Siblings {
  ids: string[]
  leafIds: string[]
}

/** A message on the wire: an AI SDK UIMessage, and what is known of it beside. */
export const messageSchema = messageRow
  .omit({ version: true, depth: true, hasMetadata: true })
  .extend({
    metadata: messageRow.shape.metadata.optional().meta({ description: 'Absent where none was given' }),
    sentId: storedClientId
      .optional()
      .meta({ description: 'The id that the client knows it by, where that is not `id`: see `saveChat`' }),
    parentId: storedClientId.nullable().meta({ description: 'What it answers or follows; null for a beginning' }),
    parts: messageParts,
    attachments,
    usage: usage.nullable(),
    tombstone: z
      .boolean()
      .optional()
      .meta({ description: 'Its stored parts or attachments could not be read any more, and are left out' }),
  })
  .meta({ id: 'Message' })
const pathMessage = messageSchema
  .extend({
    partsOmitted: z
      .boolean()
      .optional()
      .meta({
        description: `Large parts were left out, as the page was full. In place of each is a part of the type ${OMITTED_PART}; the message read by itself has all of them`,
      }),
    siblings: z
      .object({
        ids: z.array(storedClientId),
        leafIds: z.array(storedClientId).meta({
          description:
            'For each of them, `leafId` of the path that goes through it: the active leaf where it lies below, else the one written last',
        }),
        position: z.int(),
      })
      .optional()
      .meta({ description: 'Messages with the same parent, this one included, and its place among them: 1, 2 …' }),
  })
  .meta({ id: 'PathMessage' })
export const messagePage = pageOf(pathMessage).meta({ id: 'MessagePage' })
export const messageList = z.object({ data: z.array(messageSchema) }).meta({ id: 'MessageList' })

/** Most messages of one POST. */
export const MAX_APPEND = 100
const content = z.string().max(200_000)

const fields = {
  content: content.optional(),
  parts: messageParts.optional(),
  attachments: attachments.optional(),
  reasoning: z.string().max(200_000).nullable().optional(),
  status: z.enum(MESSAGE_STATUSES).optional(),
  model: model.nullable().optional(),
  usage: usage.nullable().optional(),
}

export const newMessage = z
  .strictObject({
    id: clientId.optional().meta({ description: 'Unique in its conversation; by default a UUID of Parley’s' }),
    parentId: clientId.nullable().optional().meta({
      description: 'What it answers or follows: by default the one before, or the active leaf; null begins anew',
    }),
    role: z.enum(MESSAGE_ROLES),
    ...fields,
    metadata: metadata.optional(),
  })
  .refine(({ content, parts }) => content !== undefined || parts !== undefined, {
    path: ['content'],
    error: 'is needed where there are no parts',
  })
  .meta({ id: 'NewMessage', if: { required: ['content'] }, else: { required: ['parts'] } })
export type NewMessage = z.output<typeof newMessage>

const manyMessages = z
  .strictObject({ messages: listOf(newMessage, { min: 1, max: MAX_APPEND }) })
  .meta({ id: 'NewMessages' })

/** One message, or several under `messages`. Told apart first, so that an error names the path in the right one. */
export const messageAppend = z
  .custom<z.input<typeof newMessage> | z.input<typeof manyMessages>>()
  .transform((body, ctx): { messages: NewMessage[]; single: boolean } => {
    const single = !(typeof body === 'object' && body !== null && 'messages' in body)
    const parsed = single ? newMessage.safeParse(body) : manyMessages.safeParse(body)
    if (!parsed.success) {
      for (const issue of parsed.error.issues) ctx.addIssue({ ...issue })
      return z.NEVER
    }
    return { messages: 'messages' in parsed.data ? parsed.data.messages : [parsed.data], single }
  })

/** What `messageAppend` takes, in words of JSON Schema. */
export const messageAppendInput = z.union([newMessage, manyMessages]).meta({ id: 'MessageAppend' })

export const messagePatch = z
  .strictObject({ ...fields, metadata: metadata.nullable().optional() })
  .refine(...changesSomething)
  .meta({ id: 'MessagePatch', minProperties: 1 })
export type MessagePatch = z.output<typeof messagePatch>

export const messagePath = conversationPath.extend({ messageId: pathId('the message, in its conversation', clientId) })
const flag = z.enum(['true', 'false']).default('false')
export const messagesQuery = pageQuery
  .extend({
    order: z.enum(['asc', 'desc']).default('asc').meta({ description: 'Oldest or newest first' }),
    view: z
      .enum(['path', 'tree'])
      .default('path')
      .meta({ description: 'The way from the beginning to one leaf, or every message there is, by `seq`' }),
    leafId: clientId.optional().meta({ description: 'The way to this message, in place of the active leaf' }),
    siblings: flag.meta({ description: 'With the messages that have the same parent, and the leaf below each' }),
  })
  .refine(({ view, leafId, siblings }) => view === 'path' || (leafId === undefined && siblings === 'false'), {
    path: ['view'],
    error: 'tree has no leaf and no siblings',
  })
export type MessagesQuery = z.output<typeof messagesQuery>
