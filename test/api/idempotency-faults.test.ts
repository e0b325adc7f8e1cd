import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import type { ErrorCode } from '../../src/result.ts'
import { expectDiscreet, expectFailure, type Log, readLog } from './discretion.ts'
import { createApi, type TestUser } from './harness.ts'
import { type Conversation, type Message, openConversation, type Page, random, read, say, search } from './helpers.ts'
import { axis } from './vector-helpers.ts'

const LIST = '/v1/conversations'
const healthy = createApi()
let ada: TestUser
let log: Log

beforeEach(async () => {
  ada = await healthy.newUser()
  log = readLog()
})

afterEach(() => {
  expectDiscreet(log.text(), ada)
})

/** A Worker whose database does this to the first request, that to the second, …: see `test/setup/faults.ts`. */
function faulty(faults: string) {
  const url = new URL(inject('bindings').DATABASE_URL)
  url.port = new URL(inject('faults')).port
  url.searchParams.set('faults', faults)
  const api = createApi({ DATABASE_URL: url.href, DATABASE_TIMEOUT_MS: /hang|stall/.test(faults) ? '500' : '10000' })
  return { ...api, ada: api.as(ada) }
}

const messagesOf = (id: string) => `${LIST}/${id}/messages`
const newKey = () => ({ 'Idempotency-Key': crypto.randomUUID() })
const replayed = (response: Response) => response.headers.get('Idempotency-Replayed')

interface Kind {
  name: string
  request: () => Promise<[path: string, body: object]>
  /** The ids of all that there is. */
  ids: (path: string) => Promise<string[]>
}

/** The ids that an answer names: of one thing, or of a list. */
function madeIn(answer: string): string[] {
  const made = JSON.parse(answer) as { id: string } | { data: { id: string }[] }
  return 'data' in made ? made.data.map(({ id }) => id) : [made.id]
}

const idsOf = async (response: Promise<Response>) =>
  (await read<Page<{ id: string }>>(response)).data.map(({ id }) => id)

const KINDS: [Kind, ...Kind[]] = [
  { name: 'a conversation', request: async () => [LIST, { title: 'Pears' }], ids: () => idsOf(ada.get(LIST)) },
  {
    name: 'a message',
    request: async () => [messagesOf((await openConversation(ada)).id), { role: 'user', content: 'Pears' }],
    ids: (path) => idsOf(ada.get(path)),
  },
  {
    name: 'a vector',
    request: async () => ['/v1/vectors', { embedding: axis(3) }],
    ids: () => idsOf(ada.post('/v1/vectors/search', { embedding: axis(3), limit: 50 })),
  },
]

/** What happens to the first and the second attempt of one request; what it is answered; how often it was written. */
const FAULTS: [faults: string, answer: 201 | ErrorCode, written: 0 | 1, attempts: 1 | 2][] = [
  // Before the statements run.
  ['cut,pass', 201, 1, 2],
  ['unreachable,pass', 201, 1, 2],
  ['no-code,pass', 201, 1, 2],
  ['08P01,pass', 201, 1, 2],
  ['control-plane,pass', 201, 1, 2],
  ['40001,pass', 201, 1, 2],
  ['cut,cut', 'outcome_unknown', 0, 2],
  ['cut,control-plane', 'outcome_unknown', 0, 2],
  ['control-plane,cut', 'outcome_unknown', 0, 2],
  ['control-plane,control-plane', 'database_unavailable', 0, 2],
  ['hang', 'outcome_unknown', 0, 1],
  ['cut,hang', 'outcome_unknown', 0, 2],
  ['57014', 'database_timeout', 0, 1],
  ['XX000', 'internal', 0, 1],
  // After the commit.
  ['lose,pass', 201, 1, 2],
  ['truncate,pass', 201, 1, 2],
  ['lose,lose', 'outcome_unknown', 1, 2],
  ['lose,truncate', 'outcome_unknown', 1, 2],
  ['truncate,lose', 'outcome_unknown', 1, 2],
  ['stall', 'outcome_unknown', 1, 1],
  // One of each.
  ['cut,lose', 'outcome_unknown', 1, 2],
  ['lose,cut', 'outcome_unknown', 1, 2],
  ['lose,stall', 'outcome_unknown', 1, 2],
  // What is certain of the second attempt says nothing of the first.
  ['lose,control-plane', 'outcome_unknown', 1, 2],
  ['lose,40001', 'outcome_unknown', 1, 2],
  ['lose,XX000', 'outcome_unknown', 1, 2],
  // The network delivers it two times at once.
  ['twice', 201, 1, 1],
  ['cut,twice', 201, 1, 2],
]
const STATUS = { 503: ['outcome_unknown', 'database_unavailable'], 504: ['database_timeout'], 500: ['internal'] }
const statusFor = (code: ErrorCode) => Number(Object.entries(STATUS).find(([, codes]) => codes.includes(code))?.[0])

describe.each(FAULTS)('With a key, a database that does: %s', (faults, expected, written, attempts) => {
  const makesOnce = async ({ request, ids }: Kind) => {
    const [path, body] = await request()
    const key = newKey()
    const api = faulty(faults)
    const response = await api.ada.post(path, body, key)
    const answer = await response.clone().text()
    if (expected === 201) {
      expect([response.status, replayed(response)]).toEqual([201, null])
      expect(madeIn(answer)).toEqual(await ids(path))
    } else {
      await expectFailure(response, statusFor(expected), expected)
    }
    expect(await api.posts()).toBe(attempts)
    expect(await ids(path)).toHaveLength(written)

    // The client has what it needs to ask again, by another Worker.
    for (const mark of [written ? 'true' : null, 'true']) {
      const again = await ada.post(path, body, key)
      expect([again.status, replayed(again)]).toEqual([201, mark])
      const text = await again.text()
      if (expected === 201) expect(text).toBe(answer)
      expect(madeIn(text)).toEqual(await ids(path))
    }
  }
  const [first, ...others] = KINDS

  // The three go one way: one of them shows each day that it is right.
  it.each([first])('answers rightly or with a problem, and makes $name once', makesOnce)
  it.each(others)('answers rightly or with a problem, and makes $name once', { tags: 'slow' }, makesOnce)
})

describe('A write that was repeated', () => {
  it('has its text embedded right away, as if nothing had happened', async () => {
    const { id } = await openConversation(ada)
    for (const faults of ['lose,pass', 'truncate,pass', 'cut,pass', 'twice']) {
      const content = `quince ${crypto.randomUUID()}`
      expect((await faulty(faults).ada.post(messagesOf(id), { role: 'user', content }, newKey())).status).toBe(201)
      const { data, pendingEmbeddings } = await search(ada, { query: content })
      expect([data[0]?.content, pendingEmbeddings]).toEqual([content, 0])
    }
  })

  it('is refused for what it is, not for having come before', async () => {
    const { id } = await openConversation(ada)
    const [message] = await say(ada, id, 'One')
    for (const fault of ['cut', 'lose', 'truncate']) {
      const worker = faulty(`${fault},pass`).ada
      const taken = { id: message?.id, role: 'user', content: 'Two' }
      const lost = await worker.post(messagesOf(id), taken, newKey())
      await expectFailure(lost, 409, 'conflict')
      const missing = await faulty(`${fault},pass`).ada.post(messagesOf(crypto.randomUUID()), taken, newKey())
      await expectFailure(missing, 404, 'not_found')
    }
  })

  it('is not confused by another request with its key', async () => {
    const key = newKey()
    expect((await ada.post(LIST, { title: 'One' }, key)).status).toBe(201)
    const other = await faulty('lose,pass').ada.post(LIST, { title: 'Two' }, key)
    expect(other.status).toBe(422)
    const same = await faulty('lose,pass').ada.post(LIST, { title: 'One' }, key)
    expect([same.status, replayed(same)]).toEqual([201, 'true'])
  })

  it('needs a key for it: without one nothing is sent twice', async () => {
    const api = faulty('lose,pass')
    await expectFailure(await api.ada.post(LIST, {}), 503, 'outcome_unknown')
    expect(await api.posts()).toBe(1)
  })
})

describe('Many writers behind a bad network, who ask until they are told', () => {
  const FAULTY = ['pass', 'cut', 'lose', 'truncate', 'twice', 'control-plane', 'no-code', '40001']

  it.each([1, 2, 3])('lose nothing and write nothing twice (seed %i)', { tags: 'slow' }, async (seed) => {
    const next = random(seed)
    const { id } = await openConversation(ada)
    const pick = () => FAULTY[Math.floor(next() * FAULTY.length)] ?? 'pass'
    const texts = Array.from({ length: 24 }, (_, i) => `Text ${i}`)
    const plans = texts.map(() => Array.from({ length: 8 }, () => [pick(), pick()].join()))
    const told = await Promise.all(
      texts.map(async (content, i) => {
        const key = newKey()
        for (const faults of [...(plans[i] ?? []), 'pass']) {
          const response = await faulty(faults).ada.post(messagesOf(id), { role: 'user', content }, key)
          if (response.status === 201) return (await read<{ data: [Message] }>(response, 201)).data[0]
          await expectFailure(response, 503, (await response.clone().json<{ code: ErrorCode }>()).code)
        }
        throw new Error('never told')
      }),
    )
    const { data } = await read<Page<Message>>(ada.get(`${messagesOf(id)}?limit=100`))
    expect(data.map(({ seq }) => seq)).toEqual(texts.map((_, i) => i + 1))
    expect(data.map(({ content }) => content).toSorted()).toEqual(texts.toSorted())
    expect(told.toSorted((a, b) => a.seq - b.seq)).toEqual(data)
    const { messageCount } = await read<Conversation>(ada.get(`${LIST}/${id}`))
    expect(messageCount).toBe(texts.length)
  })
})
