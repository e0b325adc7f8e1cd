import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { changesSomething, id, listOf, metadata, storedId, storedTime } from '../../http/fields.ts'
import { pageOf, pageQuery } from '../../http/page.ts'
import { MESSAGE_ROLES, messages } from './table.ts'

/** A row as it leaves the repository. */
export const messageRow = createSelectSchema(messages, {
  id: storedId,
  conversationId: storedId,
  metadata: z.record(z.string(), z.unknown()),
  seq: z.int().positive().meta({ description: '1, 2, 3 … without a gap in its conversation' }),
  createdAt: storedTime,
  updatedAt: storedTime,
}).omit({ userId: true, deletedAt: true })
export type MessageRow = z.output<typeof messageRow>

/** A message on the wire. */
export const messageSchema = messageRow.omit({ version: true }).meta({ id: 'Message' })
export const messagePage = pageOf(messageSchema).meta({ id: 'MessagePage' })
export const messageList = z.object({ data: z.array(messageSchema) })

/** Most messages of one POST. */
export const MAX_APPEND = 100
const content = z.string().max(200_000)

const newMessage = z.strictObject({
  id: id.optional(),
  role: z.enum(MESSAGE_ROLES),
  content,
  metadata: metadata.optional(),
})
export type NewMessage = z.output<typeof newMessage>

const manyMessages = z.strictObject({ messages: listOf(newMessage, { min: 1, max: MAX_APPEND }) })

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
export const messageAppendInput = z.union([newMessage, manyMessages])

export const messagePatch = z
  .strictObject({ content, metadata })
  .partial()
  .refine(...changesSomething)
export type MessagePatch = z.output<typeof messagePatch>

export const messagesPath = z.object({ conversationId: id })
export const messagePath = z.object({ conversationId: id, messageId: id })
export const messagesQuery = pageQuery.extend({
  order: z.enum(['asc', 'desc']).default('asc').meta({ description: 'By `seq`: oldest or newest first' }),
})
