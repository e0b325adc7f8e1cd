import * as z from 'zod'
import { clientId, listOf, storedClientId } from '../../http/fields.ts'
import { MAX_APPEND, messageSchema, newMessage } from '../messages/schemas.ts'
import { conversationCreate, conversationPatch, conversationSchema } from './schemas.ts'

/** A new conversation, on request with its first messages. Nothing is there yet that they could hang on. */
export const conversationOpen = conversationCreate
  .extend({
    messages: listOf(newMessage, { min: 1, max: MAX_APPEND })
      .optional()
      .meta({ description: 'What is said in it already, in order' }),
  })
  .superRefine(({ messages = [] }, ctx) => {
    const before = new Set<string>()
    for (const [i, { id, parentId }] of messages.entries()) {
      if (parentId && !before.has(parentId)) {
        const message = 'is not a message before this one'
        ctx.addIssue({ code: 'custom', path: ['messages', i, 'parentId'], message })
      }
      if (id) before.add(id)
    }
  })
  .meta({ id: 'NewConversation' })
export type ConversationOpen = z.output<typeof conversationOpen>

export const openedSchema = conversationSchema
  .extend({ messages: z.array(messageSchema).optional().meta({ description: 'Those that were sent, in order' }) })
  .meta({ id: 'OpenedConversation' })

export const conversationFork = z
  .strictObject({
    messageId: clientId.optional().meta({ description: 'The last message to take along; by default the active leaf' }),
    id: clientId.optional().meta({ description: 'Of the new conversation' }),
    title: conversationPatch.shape.title.meta({ description: 'By default that of the original' }),
  })
  .meta({ id: 'ConversationFork' })
export type ConversationFork = z.output<typeof conversationFork>

export const conversationPurge = z
  .strictObject({
    confirmation: z.string().max(256).nullish().meta({ description: 'As the call without it has answered' }),
  })
  .meta({ id: 'ConversationPurge' })
export const purgePreview = z
  .object({
    confirmation: z.string().meta({ description: 'Good for this state of the conversation only' }),
    messageCount: z.int().meta({ description: 'Messages that would be lost' }),
  })
  .meta({ id: 'PurgePreview' })
export type PurgePreview = z.output<typeof purgePreview>

export const BULK_ACTIONS = ['archive', 'unarchive', 'delete', 'restore'] as const
export type BulkAction = (typeof BULK_ACTIONS)[number]

export const conversationBulk = z
  .strictObject({
    action: z.enum(BULK_ACTIONS),
    ids: listOf(clientId, { min: 1, max: 100 }).meta({ description: 'Of conversations' }),
  })
  .meta({ id: 'ConversationBulk' })
export type ConversationBulk = z.output<typeof conversationBulk>
export const bulkReport = z
  .object({ data: z.array(z.object({ id: storedClientId, status: z.enum(['done', 'not_found']) })) })
  .meta({ id: 'BulkReport' })
