import { expect } from 'vitest'
import type { TestUser } from './harness.ts'
import { type Conversation, type Message, type Page, queryAsSuperuser, read } from './helpers.ts'

export interface Saved {
  data: { sentId: string; id: string; result: string }[]
}
/** A message as it is sent. */
export type Sent = Record<string, unknown>
export type Chat = ReturnType<typeof newChat>

export const text = (text: string) => ({ type: 'text', text })
export const user = (id: string, content: string, more: Sent = {}): Sent => ({
  id,
  role: 'user',
  parts: [text(content)],
  ...more,
})
export const bot = (id: string, content: string, more: Sent = {}): Sent => ({
  ...user(id, content, more),
  role: 'assistant',
})
export const tool = (state: string, more: Sent = {}) => ({
  type: 'tool-weather',
  toolCallId: 'call-1',
  state,
  input: { city: 'Porto' },
  ...more,
})

/** A chat of this user that is saved as a whole; nothing of it is there yet, unless its id says otherwise. */
export function newChat(of: TestUser, id = `chat-${crypto.randomUUID()}`) {
  const path = `/v1/conversations/${id}/messages`
  const save = async (messages: Sent[], status = 200) => (await read<Saved>(of.put(path, { messages }), status)).data
  const results = async (messages: Sent[], status?: number) =>
    (await save(messages, status)).map(({ result }) => result)
  const list = async (query = '') => (await read<Page<Message>>(of.get(`${path}?limit=100${query}`))).data
  const conversation = () => read<Conversation>(of.get(`/v1/conversations/${id}`))
  /** Everything that a save may write. */
  const state = async () => ({
    conversation: await conversation(),
    tree: await list('&view=tree'),
    events: await queryAsSuperuser(`select count(*) as events from audit_events where user_id = $1`, [of.sub]),
    jobs: await queryAsSuperuser(`select id, run_at, attempts from embedding_jobs where user_id = $1 order by id`, [
      of.sub,
    ]),
  })
  return {
    id,
    path,
    save,
    results,
    list,
    conversation,
    state,
    /** The texts of the path, in order. */
    shown: async (query = '') => (await list(query)).map(({ content }) => content).join(' '),
    append: (message: Sent) => read<Message>(of.post(path, message), 201),
    /** Saves this: nothing of it is new to anybody. */
    async expectUnchanged(messages: Sent[]) {
      const before = await state()
      expect(await results(messages)).toEqual(messages.map(() => 'unchanged'))
      expect(await state()).toEqual(before)
    },
  }
}
