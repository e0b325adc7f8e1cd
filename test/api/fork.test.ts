import { beforeEach, describe, expect, inject, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  append,
  type Conversation,
  expectProblem,
  expectRefused,
  type Message,
  openConversation,
  type Page,
  queryAs,
  read,
  say,
  search,
  walk,
} from './helpers.ts'

const LIST = '/v1/conversations'
const api = createApi()
/** Its background work cannot reach the database. */
const forgetful = createApi({ DATABASE_URL_SYSTEM: 'postgres://parley_system@127.0.0.1:1/postgres' })
let ada: TestUser
let original: Conversation

beforeEach(async () => {
  ada = await api.newUser()
  original = await openConversation(ada, {
    title: 'Original',
    systemPrompt: 'Be brief',
    metadata: { model: 'm', nested: [1] },
    tags: ['a', 'b'],
    pinned: true,
    archived: true,
  })
})

const path = (id: string) => `${LIST}/${id}`
const forkPath = () => `${path(original.id)}/fork`
const fork = (body: object = {}) => read<Conversation>(ada.post(forkPath(), body), 201)
const messagesOf = (id: string) => walk<Message>(ada, `${path(id)}/messages`, 100)
const treeOf = (id: string) => walk<Message>(ada, `${path(id)}/messages?view=tree`, 100)
const textsOf = async (id: string) => (await messagesOf(id)).map(({ content }) => content)
const saySomething = (body: object) => append(ada, `${path(original.id)}/messages`, body)

const same = ({ id: _id, conversationId: _conversation, parentId: _parent, ...rest }: Message) => rest

/** seq, parents and count as in a conversation that was said in one go. */
async function expectChain(conversation: Conversation): Promise<Message[]> {
  const copies = await messagesOf(conversation.id)
  expect(await treeOf(conversation.id)).toEqual(copies)
  expect(copies.map(({ seq }) => seq)).toEqual(copies.map((_, i) => i + 1))
  expect(copies.map(({ parentId }) => parentId)).toEqual([null, ...copies.map(({ id }) => id)].slice(0, copies.length))
  expect(conversation).toMatchObject({ messageCount: copies.length, activeLeafId: copies.at(-1)?.id ?? null })
  return copies
}

describe('A fork', () => {
  it('has copies of all there was, in one request to the database', async () => {
    await say(ada, original.id, 'One')
    await saySomething({
      role: 'assistant',
      content: 'Two',
      parts: [
        { type: 'reasoning', text: 'Hm' },
        { type: 'text', text: 'Two' },
      ],
      attachments: [{ name: 'a.png', mediaType: 'image/png', url: 'https://example.com/a.png' }],
      reasoning: 'Hm',
      model: 'm-1',
      metadata: { a: { b: 1 } },
    })
    const sources = await messagesOf(original.id)
    const before = await api.posts()
    const answer = await ada.post(forkPath(), {})
    expect((await api.posts()) - before).toBe(1)
    const forked = await read<Conversation>(answer, 201)
    expect(forked).toMatchObject({
      title: 'Original',
      systemPrompt: 'Be brief',
      metadata: { model: 'm', nested: [1] },
      tags: ['a', 'b'],
      pinned: false,
      archived: false,
      messageCount: 2,
      lastMessage: { preview: 'Two' },
      forkedFrom: { conversationId: original.id, messageId: sources[1]?.id },
    })
    expect(answer.headers.get('Location')).toBe(path(forked.id))
    expect(await read(ada.get(path(forked.id)))).toEqual(forked)
    const copies = await expectChain(forked)
    expect(copies.map(same)).toEqual(sources.map((source) => ({ ...same(source), sentId: source.id })))
    expect(copies.map(({ id }) => id)).not.toContain(sources[0]?.id)
  })

  it('goes its own way from there on', async () => {
    const [one] = await say(ada, original.id, 'One', 'Two')
    const forked = await fork({ messageId: one?.id, title: 'Other way' })
    expect(forked).toMatchObject({ title: 'Other way', forkedFrom: { messageId: one?.id } })
    await say(ada, forked.id, 'Instead')
    expect(await textsOf(forked.id)).toEqual(['One', 'Instead'])
    expect(await textsOf(original.id)).toEqual(['One', 'Two'])
    await ada.patch(`${path(original.id)}/messages/${one?.id}`, { content: 'Changed' })
    await ada.delete(path(original.id))
    expect(await textsOf(forked.id)).toEqual(['One', 'Instead'])
  })

  it('follows the way to a message through the branches, and leaves out what was deleted on it', async () => {
    const [one, two, three] = await say(ada, original.id, 'One', 'Two', 'Three')
    const other = await saySomething({ role: 'assistant', content: 'Other two', parentId: one?.id })
    const [, last] = await say(ada, original.id, 'Other three', 'Other four')
    await ada.delete(`${path(original.id)}/messages/${other.id}`)
    const active = await fork()
    await expectChain(active)
    expect(await textsOf(active.id)).toEqual(['One', 'Other three', 'Other four'])
    expect(active.forkedFrom?.messageId).toBe(last?.id)

    const older = await fork({ messageId: three?.id })
    await expectChain(older)
    expect(await textsOf(older.id)).toEqual(['One', 'Two', 'Three'])
    await ada.delete(`${path(original.id)}/messages/${last?.id}`)
    expect((await fork()).forkedFrom).toMatchObject({ conversationId: original.id })
    await ada.delete(`${path(original.id)}/messages/${one?.id}`)
    const orphan = await fork({ messageId: two?.id })
    await expectChain(orphan)
    expect(await textsOf(orphan.id)).toEqual(['Two'])
  })

  it('of nothing said is empty', async () => {
    const forked = await fork()
    expect(forked).toMatchObject({ messageCount: 0, activeLeafId: null, lastMessage: null, systemPrompt: 'Be brief' })
    await say(ada, forked.id, 'First')
    await expectChain(await read<Conversation>(ada.get(path(forked.id))))
  })

  it('can be found by meaning at once, by the same vectors', async () => {
    const text = `Fact ${crypto.randomUUID()}`
    await say(ada, original.id, text, ' ')
    // Nobody embeds anything here: what is found was copied.
    const forked = await read<Conversation>(forgetful.as(ada).post(forkPath(), {}), 201)
    const { data, pendingEmbeddings } = await search(ada, { query: text, threshold: 0.99 })
    expect(data).toMatchObject([{ content: text, copies: 2, scoring: { similarity: expect.closeTo(1, 3) } }])
    for (const { id } of [original, forked]) {
      const within = await search(ada, {
        query: text,
        mode: 'semantic',
        filter: { conversationId: id },
        threshold: 0.99,
      })
      expect(within.data).toMatchObject([{ conversationId: id, copies: 1 }])
    }
    expect(pendingEmbeddings).toBe(0)
  })

  it('embeds what had no vector yet', async () => {
    const text = `Fact ${crypto.randomUUID()}`
    await say(forgetful.as(ada), original.id, text)
    const forked = await fork()
    const { data } = await search(ada, { query: text, filter: { conversationId: forked.id }, threshold: 0.99 })
    expect(data.map(({ conversationId }) => conversationId)).toEqual([forked.id])
  })

  it('does not wait for a message that is still being written', async () => {
    await saySomething({ role: 'assistant', content: 'Half', status: 'in_progress' })
    expect(await messagesOf((await fork()).id)).toMatchObject([{ content: 'Half', status: 'failed' }])
  })

  it('takes an id, once, and a key, once', async () => {
    await say(ada, original.id, 'One')
    const id = crypto.randomUUID()
    expect(await fork({ id })).toMatchObject({ id })
    await expectProblem(await ada.post(forkPath(), { id }), 409, 'conflict')
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const first = await read<Conversation>(ada.post(forkPath(), {}, headers), 201)
    const again = await ada.post(forkPath(), {}, headers)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await read(again, 201)).toEqual(first)
    expect((await read<Page<Conversation>>(ada.get(LIST))).data).toHaveLength(3)
  })

  it('is refused where there is no such message or conversation', async () => {
    const [one] = await say(ada, original.id, 'One')
    const elsewhere = await openConversation(ada)
    const [other] = await say(ada, elsewhere.id, 'Other')
    for (const messageId of [crypto.randomUUID(), other?.id]) {
      await expectRefused(await ada.post(forkPath(), { messageId }), 'messageId')
    }
    await ada.delete(`${path(original.id)}/messages/${one?.id}`)
    await expectRefused(await ada.post(forkPath(), { messageId: one?.id }), 'messageId')
    const eve = await api.newUser()
    await expectProblem(await eve.post(forkPath(), { messageId: one?.id }), 404, 'not_found')
    await ada.delete(path(original.id))
    await expectProblem(await ada.post(forkPath(), {}), 404, 'not_found')
    expect((await read<Page<Conversation>>(ada.get(LIST))).data).toMatchObject([{ id: elsewhere.id }])
  })
})

describe('A fork of more than can be copied in time', () => {
  it('is refused and says the limit; one at an earlier message is made', async () => {
    const [one, two] = await say(ada, original.id, 'One', 'Two')
    const long = `update messages set content = repeat('long ', 17 * 1024 * 1024 / 5) where user_id = $1 and id = $2`
    await queryAs(ada.sub, long, [ada.sub, two?.id])
    const { errors } = await expectProblem(await ada.post(forkPath(), {}), 400, 'invalid_request')
    expect(errors).toEqual([
      {
        path: 'messageId',
        message: 'must be an earlier message: a fork copies at most 10000 messages with 16 MiB of text',
      },
    ])
    expect((await read<Page<Conversation>>(ada.get(LIST))).data).toHaveLength(1)
    expect((await fork({ messageId: one?.id })).messageCount).toBe(1)
  })
})

const forker = async () => {
  const forks: Conversation[] = []
  for (let i = 0; i < 12; i++) forks.push(await fork())
  return forks
}

describe.skipIf(inject('embedded'))('While others write', () => {
  it('a fork is one moment of the original', { timeout: 60_000 }, async () => {
    const { id } = original
    await say(ada, id, '1')
    const writer = async () => {
      for (let i = 0; i < 12; i++) await say(ada, id, 'a', 'b')
    }
    const [, , ...forks] = await Promise.all([writer(), writer(), forker(), forker()])
    for (const forked of forks.flat()) {
      const copies = await expectChain(forked)
      // Appended in pairs: a fork has both or none.
      expect(copies.length % 2).toBe(1)
    }
  })
})
