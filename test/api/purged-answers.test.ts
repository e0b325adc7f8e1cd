import { beforeEach, describe, expect, inject, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  type Conversation,
  expectProblem,
  type Message,
  openConversation,
  type Page,
  queryAs,
  querySystem,
  read,
  say,
} from './helpers.ts'
import { axis } from './vector-helpers.ts'

const LIST = '/v1/conversations'
const api = createApi(inject('apart'))
/** Nothing that is deleted can be restored: the next sweep takes it. */
const hasty = createApi({ ...inject('apart'), CONVERSATION_RETENTION_DAYS: '0' })

let ada: TestUser
let secret: string
let key: string
beforeEach(async () => {
  ada = await api.newUser()
  secret = `Secret${crypto.randomUUID().slice(0, 8)}`
  key = crypto.randomUUID()
})

const postWithKey = (url: string, body: object) => ada.post(url, body, { 'Idempotency-Key': key })
const keptTexts = async () =>
  JSON.stringify(await querySystem('select response_rows from idempotency_keys where user_id = $1', [ada.sub]))

/** What was created: where, with which body, and the conversation or document that it belongs to. */
interface Created {
  url: string
  body: object
  owner: string
}
const create = async (url: string, body: object, owner?: string): Promise<Created> => {
  const made = await read<{ id: string }>(postWithKey(url, body), 201)
  return { url, body, owner: owner ?? `${url}/${made.id}` }
}

const CASES: [name: string, () => Promise<Created>][] = [
  ['a conversation', () => create(LIST, { title: secret, systemPrompt: secret })],
  ['a conversation with messages', () => create(LIST, { messages: [{ role: 'user', content: secret }] })],
  [
    'a message',
    async () => {
      const { id } = await openConversation(ada)
      return create(`${LIST}/${id}/messages`, { role: 'user', content: secret }, `${LIST}/${id}`)
    },
  ],
  [
    'a batch of messages',
    async () => {
      const { id } = await openConversation(ada)
      const messages = [1, 2, 3].map((n) => ({ role: 'user', content: `${secret} ${n}` }))
      return create(`${LIST}/${id}/messages`, { messages }, `${LIST}/${id}`)
    },
  ],
  [
    'a fork',
    async () => {
      const { id } = await openConversation(ada)
      await say(ada, id, secret)
      const { owner } = await create(`${LIST}/${id}/fork`, {})
      return { url: `${LIST}/${id}/fork`, body: {}, owner: owner.replace(`${id}/fork/`, '') }
    },
  ],
  [
    'a vector of a message',
    async () => {
      const { id } = await openConversation(ada)
      const [message] = await say(ada, id, 'Plain')
      const tied = { conversationId: id, messageId: message?.id, model: 'm', embedding: axis(1) }
      return create('/v1/vectors', { ...tied, content: secret }, `${LIST}/${id}`)
    },
  ],
  ['a document', () => create('/v1/documents', { title: secret, content: secret })],
]

/** A repetition shows nothing and writes nothing; it gets an answer that says why. */
async function expectForgotten({ url, body }: Created) {
  const list = url.startsWith('/v1/documents') ? '/v1/documents' : LIST
  const before = await read(ada.get(list))
  const response = await postWithKey(url, body)
  expect(response.headers.get('Idempotency-Replayed')).toBeNull()
  const { detail } = await expectProblem(response, 404, 'not_found')
  expect(detail).toBe('What was created with this Idempotency-Key has been purged.')
  expect(await read(ada.get(list))).toEqual(before)
}

async function purge(owner: string) {
  const { confirmation } = await read<{ confirmation: string }>(ada.post(`${owner}/purge`, {}))
  expect((await ada.post(`${owner}/purge`, { confirmation })).status).toBe(204)
}

describe('The kept answer of a request with a key', () => {
  it.each(CASES)('is replayed while what it made can be restored: %s', async (_, made) => {
    const created = await made()
    await ada.delete(created.owner)
    const again = await postWithKey(created.url, created.body)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.status).toBe(201)
  })

  it.each(CASES)('goes with a purge: %s', async (_, made) => {
    const created = await made()
    expect(await keptTexts()).toContain(secret)
    await purge(created.owner)
    expect(await keptTexts()).not.toContain(secret)
    await expectForgotten(created)
  })

  it.each(CASES)('goes with a purge where the release before has kept it: %s', async (_, made) => {
    const created = await made()
    await queryAs(ada.sub, 'update idempotency_keys set resource = null where user_id = $1', [ada.sub], 'apart')
    await purge(created.owner)
    expect(await keptTexts()).not.toContain(secret)
    await expectForgotten(created)
  })

  it.each(CASES)(
    'goes when a deletion leaves no time to undo it, and stays gone after the sweep: %s',
    async (_, made) => {
      const created = await made()
      await hasty.as(ada).delete(created.owner)
      expect(await keptTexts()).not.toContain(secret)
      await hasty.sweep()
      await expectForgotten(created)
    },
  )

  it.each(CASES)('goes with the sweep: %s', async (_, made) => {
    const created = await made()
    await ada.delete(created.owner)
    const table = created.owner.startsWith(LIST) ? 'conversations' : 'documents'
    // As scheduled work finds it when the time is over: without a moment at which the row becomes due.
    await queryAs(
      ada.sub,
      `update ${table} set purge_after = now() + interval '0.3 s' where user_id = $1 and deleted_at is not null`,
      [ada.sub],
      'apart',
    )
    expect(await keptTexts()).toContain(secret)
    await expect.poll(async () => (await hasty.sweep(), keptTexts()), { timeout: 5_000 }).not.toContain(secret)
    await expectForgotten(created)
  })

  it('goes with all that a purged conversation said, and no other', async () => {
    const { id } = await openConversation(ada)
    const other = await openConversation(ada)
    const body = { role: 'user', content: secret }
    const mine = await postWithKey(`${LIST}/${id}/messages`, body)
    expect(mine.status).toBe(201)
    const otherKey = { 'Idempotency-Key': crypto.randomUUID() }
    const kept = await read(ada.post(`${LIST}/${other.id}/messages`, body, otherKey), 201)
    await purge(`${LIST}/${id}`)
    expect(await read(ada.post(`${LIST}/${other.id}/messages`, body, otherKey), 201)).toEqual(kept)
  })
})

it('A purged conversation leaves the answer of a document that has the same id', async () => {
  const id = crypto.randomUUID()
  const document = await read(postWithKey('/v1/documents', { id, title: secret, content: secret }), 201)
  await read(ada.post(LIST, { id }), 201)
  await purge(`${LIST}/${id}`)
  expect(await read(postWithKey('/v1/documents', { id, title: secret, content: secret }), 201)).toEqual(document)
})

const wipe = async (conversationId: string, messageId: string) => {
  expect((await hasty.as(ada).delete(`${LIST}/${conversationId}/messages/${messageId}`)).status).toBe(204)
  await hasty.sweep()
}

describe('A message that loses its text', () => {
  it.each([false, true])(
    'takes the answer along that showed it, and no other (of the release before: %s)',
    async (old) => {
      const { id } = await openConversation(ada)
      const url = `${LIST}/${id}/messages`
      const messages = ['First', secret].map((content) => ({ role: 'user', content }))
      const { data } = await read<Page<Message>>(postWithKey(url, { messages }), 201)
      const other = { 'Idempotency-Key': crypto.randomUUID() }
      const kept = await read(ada.post(url, { role: 'user', content: 'Other' }, other), 201)
      const { id: messageId = '' } = data[1] ?? {}
      const vectorKey = { 'Idempotency-Key': crypto.randomUUID() }
      const vector = { conversationId: id, messageId, model: 'm', embedding: axis(1), content: secret }
      await read(ada.post('/v1/vectors', vector, vectorKey), 201)
      if (old)
        await queryAs(ada.sub, 'update idempotency_keys set resource = null where user_id = $1', [ada.sub], 'apart')
      await wipe(id, messageId)
      expect(await keptTexts()).not.toContain(secret)
      await expectForgotten({ url, body: { messages }, owner: '' })
      await expectProblem(await ada.post('/v1/vectors', vector, vectorKey), 404, 'not_found')
      expect(await read(ada.post(url, { role: 'user', content: 'Other' }, other), 201)).toEqual(kept)
    },
  )

  it('takes the answer of the fork along that showed its copy', async () => {
    const { id } = await openConversation(ada)
    await say(ada, id, 'First', secret)
    const fork = await read<Conversation>(postWithKey(`${LIST}/${id}/fork`, {}), 201)
    expect(await keptTexts()).toContain(secret)
    await wipe(fork.id, fork.activeLeafId ?? '')
    expect(await keptTexts()).not.toContain(secret)
    await expectForgotten({ url: `${LIST}/${id}/fork`, body: {}, owner: '' })
  })
})
