import * as z from 'zod'
import type { RowState } from '../../db/row-state.ts'
import { clientId, listOf, storedClientId } from '../../http/fields.ts'
import { newMessage } from './schemas.ts'

/** Most messages of a chat that is saved in one call. */
const MAX_CHAT = 1000

const { parentId: _parentId, parts, ...fields } = newMessage.shape

const ignored = z.unknown().optional().meta({ description: 'Of a list that was read: a save ignores it' })
/** What a list shows in addition, so that its messages can be sent back as they are. */
const asRead = {
  conversationId: ignored,
  seq: ignored,
  parentId: ignored,
  sentId: ignored,
  siblings: ignored,
  createdAt: ignored,
  updatedAt: ignored,
}

/** A UIMessage as `useChat` holds it, and what else Parley keeps of a message. */
const chatMessage = z
  .strictObject({
    ...fields,
    id: clientId.meta({ description: 'As the client knows it: `id` or `sentId` of a message that is here already' }),
    parts: parts.unwrap(),
    ...asRead,
  })
  .meta({ id: 'ChatMessage' })
export type ChatMessage = z.output<typeof chatMessage>

export const chatSave = z
  .strictObject({
    messages: listOf(chatMessage, { min: 1, max: MAX_CHAT }).superRefine((messages, ctx) => {
      const before = new Set<string>()
      for (const [i, { id }] of messages.entries()) {
        if (before.has(id)) ctx.addIssue({ code: 'custom', path: [i, 'id'], message: 'must not be there twice' })
        before.add(id)
      }
    }),
  })
  .meta({ id: 'ChatSave' })

/** The conversation that a save expects. */
export interface ExpectedChat {
  /** In which the conversation may be; null for any. */
  states: RowState[] | null
  /** Whether it must be there already. */
  mustExist: boolean
}

export const savedResult = z.enum(['unchanged', 'created', 'updated'])

/** What became of a message of the list. */
export const savedRow = z.object({
  sentId: storedClientId.meta({ description: 'The id in the list' }),
  id: storedClientId.meta({ description: 'The id under which it is stored' }),
  result: savedResult,
})

export interface SavedChat {
  rows: z.output<typeof savedRow>[]
  /** After the save. */
  conversation: RowState
  isNew: boolean
}

export const savedChat = z.object({ data: z.array(savedRow) }).meta({ id: 'SavedChat' })
