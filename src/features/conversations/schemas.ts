import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { changesSomething, clientId, metadata, pathId, storedClientId, storedTime, tags } from '../../http/fields.ts'
import { pageOf } from '../../http/page.ts'
import { MESSAGE_ROLES } from '../messages/table.ts'
import { conversations } from './table.ts'

/** For the reference. */
export const conversationTag = { name: 'Conversations', description: 'What a user talks about.' }

/** How much of the last message a list shows, in characters. */
export const PREVIEW_LENGTH = 200

const lastMessage = z.object({
  id: storedClientId,
  role: z.enum(MESSAGE_ROLES),
  preview: z.string().meta({ description: `The first ${PREVIEW_LENGTH} characters` }),
  createdAt: storedTime,
})

/** A row as it leaves the repository, with its shown title and the newest message that isn't deleted. */
export const conversationRow = createSelectSchema(conversations, {
  id: storedClientId,
  forkedFromConversation: storedClientId.nullable(),
  forkedFromMessage: storedClientId.nullable(),
  activeLeafId: storedClientId.nullable().meta({ description: 'The message that ends the path which is shown' }),
  metadata: z.record(z.string(), z.unknown()),
  messageCount: z.int().nonnegative(),
  lastActivityAt: storedTime,
  createdAt: storedTime,
  updatedAt: storedTime,
})
  .omit({
    userId: true,
    derivedTitle: true,
    titleKey: true,
    titleWords: true,
    wordsVersion: true,
    lastSeq: true,
    lastBranch: true,
    deletedAt: true,
    purgeAfter: true,
  })
  .extend({
    title: z
      .string()
      .nullable()
      .meta({ description: 'As it was set, or else how the first message of the user begins' }),
    lastMessage: lastMessage.nullable(),
    deletedAt: storedTime.optional().meta({ description: 'In the list of deleted ones' }),
  })
export type ConversationRow = z.output<typeof conversationRow>

const forkedFrom = z
  .object({ conversationId: storedClientId, messageId: storedClientId })
  .meta({ description: 'The last message that both have; it may be gone' })

/** A conversation on the wire. */
export const conversationSchema = conversationRow
  .omit({ version: true, forkedFromConversation: true, forkedFromMessage: true })
  .extend({ forkedFrom: forkedFrom.nullable() })
  .meta({ id: 'Conversation' })
export const conversationPage = pageOf(conversationSchema).meta({ id: 'ConversationPage' })

const fields = z.strictObject({
  title: z.string().trim().min(1).max(500).nullable(),
  systemPrompt: z.string().max(32_000).nullable(),
  metadata,
  tags,
  archived: z.boolean(),
  pinned: z.boolean(),
})

export const conversationCreate = fields.partial().extend({ id: clientId.optional() })
export type ConversationCreate = z.output<typeof conversationCreate>

export const conversationPatch = fields
  .extend({
    metadata: metadata.nullable().meta({ description: 'A JSON merge patch (RFC 7396); null clears' }),
    activeLeafId: clientId.meta({
      description: 'A message of this conversation: the path to it is the one that is shown',
    }),
  })
  .partial()
  .refine(...changesSomething)
  .meta({ id: 'ConversationPatch', minProperties: 1 })
export type ConversationPatch = z.output<typeof conversationPatch>

export const conversationPath = z.object({ conversationId: pathId('the conversation', clientId) })

/** A row as the API shows it. */
export function toConversation({
  version: _version,
  forkedFromConversation: conversationId,
  forkedFromMessage: messageId,
  ...conversation
}: ConversationRow) {
  return { ...conversation, forkedFrom: conversationId && messageId ? { conversationId, messageId } : null }
}
