import { bodyOf, type CallOptions, initOf } from './answer.ts'
import type { Api, ChatMessage, ChatSave, MessagePart, PathMessage, SavedChat } from './api.ts'
import { batchesOf } from './batches.ts'
import { createPages } from './pages.ts'
import { ParleyProblem } from './problem.ts'

/** What every `UIMessage` of the AI SDK (5, 6 and 7) is. Your own message type goes into `createParley<MyUIMessage>()`. */
export interface ChatMessageLike {
  id: string
  role: 'system' | 'user' | 'assistant'
  parts: readonly object[]
  metadata?: unknown
}

/** What `loadChat` returns where the app has not said what its messages are. */
export interface LoadedMessage {
  id: string
  role: 'system' | 'user' | 'assistant'
  parts: MessagePart[]
  metadata?: Record<string, unknown>
}

/** A message among those that follow the same one. */
export interface Branch {
  /** From 1: "2 of 3". */
  position: number
  count: number
  /** For `switchBranch`: the last message of the branch beside this one; null where there is none. */
  previousLeafId: string | null
  nextLeafId: string | null
  /** The messages, in the order in which they were made, and the leaf below each. */
  ids: string[]
  leafIds: string[]
}

export interface LoadedChat<Message> {
  /** For `useChat({ messages })`. */
  messages: Message[]
  /** Where a message was sent under another id than it has here: the sent one to the stored one. */
  ids: Map<string, string>
  /** By the id of a message that has siblings. */
  branches: Map<string, Branch>
  /** False where nothing has been saved under this id yet. */
  exists: boolean
}

export interface SaveResult {
  /** Each id of the list to the id under which it is stored: for `messages.update`, `messages.delete` and `conversations.fork`. */
  ids: Map<string, string>
  /** What became of each message of the list. */
  results: SavedChat['data']
}

export interface SaveOptions extends CallOptions {
  /** Of the list's last message: `in_progress` while it is written, `stopped` where the user stopped it. Without it, complete. */
  status?: ChatMessage['status'] | undefined
  ifMatch?: string | undefined
}

export interface LoadOptions extends CallOptions {
  /** Shows the branch that ends here, without making it the active one. */
  leafId?: string | undefined
}

export interface Chats<Message extends ChatMessageLike> {
  /**
   * Saves what `useChat` holds, the whole list. Only what differs is written: the same list twice writes nothing, and an edited message
   * becomes a branch. The conversation is created by the first save. A list too long for one request is sent as several.
   */
  saveChat(conversationId: string, messages: readonly ChatMessageLike[], options?: SaveOptions): Promise<SaveResult>
  /** The active branch, as `useChat` takes it. A chat that was never saved is empty. */
  loadChat(conversationId: string, options?: LoadOptions): Promise<LoadedChat<Message>>
  /** Makes the branch that ends with this message the active one, on every device. @returns it */
  switchBranch(conversationId: string, leafId: string, options?: CallOptions): Promise<LoadedChat<Message>>
}

export function createChats<Message extends ChatMessageLike>(api: Api): Chats<Message> {
  const conversation = api.v1.conversations[':conversationId']
  const list = conversation.messages

  async function read(conversationId: string, { leafId, signal }: LoadOptions): Promise<LoadedChat<Message>> {
    const chat: LoadedChat<Message> = { messages: [], ids: new Map(), branches: new Map(), exists: true }
    const init = initOf({ signal })
    const param = { conversationId }
    const pages = createPages((cursor) =>
      bodyOf(list.$get({ param, query: { cursor, leafId, siblings: 'true', limit: 100 } }, init)),
    )
    for await (const shown of pages) {
      const { id, sentId, siblings } = shown
      // A page of large files leaves some out; the message by itself has them.
      const whole = shown.partsOmitted
        ? await bodyOf(list[':messageId'].$get({ param: { conversationId, messageId: id } }, init))
        : shown
      chat.messages.push(toUIMessage(whole) as Message)
      if (sentId !== undefined) chat.ids.set(sentId, id)
      if (siblings && siblings.ids.length > 1) chat.branches.set(id, toBranch(siblings))
    }
    return chat
  }

  return {
    async saveChat(conversationId, messages, { status, ...options } = {}) {
      const saved: SaveResult = { ids: new Map(), results: [] }
      const wire = messages.map(({ id, role, parts, metadata }, n) => ({
        id,
        role,
        parts,
        ...(metadata !== undefined && metadata !== null && { metadata }),
        ...(status && n === messages.length - 1 && { status }),
      })) as ChatSave['messages']
      for (const batch of batchesOf(wire)) {
        const [first] = batch
        // The one that both requests have: under the id that the first has given it.
        const known = first && saved.ids.get(first.id)
        const list = first && known !== undefined ? [{ ...first, id: known }, ...batch.slice(1)] : batch
        const json = { messages: list }
        const { data } = await bodyOf(conversation.messages.$put({ param: { conversationId }, json }, initOf(options)))
        const news = known === undefined ? data : data.slice(1)
        for (const { sentId, id } of news) saved.ids.set(sentId, id)
        saved.results.push(...news)
      }
      return saved
    },

    async loadChat(conversationId, options = {}) {
      try {
        return await read(conversationId, options)
      } catch (error) {
        const isNew = error instanceof ParleyProblem && error.code === 'not_found' && options.leafId === undefined
        if (!isNew) throw error
        return { messages: [], ids: new Map(), branches: new Map(), exists: false }
      }
    },

    async switchBranch(conversationId, leafId, options = {}) {
      await conversation.$patch({ param: { conversationId }, json: { activeLeafId: leafId } }, initOf(options))
      return read(conversationId, options)
    },
  }
}

const toUIMessage = ({
  id,
  role,
  parts,
  metadata,
}: Pick<PathMessage, 'id' | 'role' | 'parts' | 'metadata'>): unknown => ({
  id,
  role,
  parts,
  ...(metadata && { metadata }),
})

function toBranch({ ids, leafIds, position }: NonNullable<PathMessage['siblings']>): Branch {
  return {
    position,
    count: ids.length,
    previousLeafId: leafIds[position - 2] ?? null,
    nextLeafId: leafIds[position] ?? null,
    ids,
    leafIds,
  }
}
