// @module-tag slow
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asSystem, asUser } from '../../../src/db/database.ts'
import { createOpenAiEmbedder } from '../../../src/embeddings/openai.ts'
import { runEmbeddingQueue } from '../../../src/features/embeddings/runner.ts'
import { createConversationRepository } from '../../../src/features/conversations/repository.ts'
import { createEmbeddingJobStore } from '../../../src/features/embeddings/repository.ts'
import { createMessageRepository } from '../../../src/features/messages/repository.ts'
import { newId } from '../../../src/id.ts'
import type { Result } from '../../../src/result.ts'
import { createTrace } from '../../../src/trace.ts'
import { createDice } from '../isolation/fuzz/dice.ts'
import { type Place, places } from '../plans/places.ts'
import { embeddings, type FakeProvider, startProvider } from './fake-provider.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const AXES = 1536
const RUNNERS = 4
const NEVER = Number.POSITIVE_INFINITY

/** Each text is `t<n>`, and is embedded as the axis n: what is stored tells of which text it was made. */
describe.each(places)('The embedding queue on $name', ({ open, embedded }) => {
  const size = embedded ? { users: 3, each: 40, moves: 60 } : { users: 5, each: 100, moves: 400 }
  let place: Place
  let provider: FakeProvider
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  beforeAll(async () => {
    place = await open()
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
    provider = await startProvider((request, response) => void setTimeout(() => embeddings(request, response), 5))
  })
  afterAll(async () => {
    await provider.close()
    await endpoint.close()
    await place.close()
  })
  beforeEach(async () => {
    provider.received.length = 0
    await rows('delete from users')
  })

  const rows = async <T extends object>(query: string, params: unknown[] = []) =>
    place.asSuperuser(async (client) => (await client.query<T>(query, params)).rows)
  const options = (role: 'parley_app' | 'parley_system') => ({
    connectionString: connectionString(role, place, endpoint.port),
    timeoutMs: 20_000,
  })
  /** @param maxBatch few, so that many claims meet */
  const run = async (until: number, maxBatch = 16) => {
    const embedder = createOpenAiEmbedder({
      baseUrl: provider.baseUrl,
      apiKey: 'k',
      model: 'axes',
      timeoutMs: 10_000,
      maxBatch,
    })
    const store = createEmbeddingJobStore(asSystem(options('parley_system'), createTrace(newId())))
    return value(await runEmbeddingQueue({ store, embedder, newClaimId: newId }, { until }))
  }
  const messagesOf = (userId: string, conversationId: string) =>
    createMessageRepository(
      asUser(options('parley_app'), createTrace(newId()), { userId, signInId: 'queue' }),
      userId,
      conversationId,
    )

  /** A user with a conversation of so many texts that wait. */
  async function newUser(count: number, next: () => string) {
    const userId = randomUUID()
    await rows(`insert into users (id, email) values ($1::uuid, $1::text)`, [userId])
    const db = asUser(options('parley_app'), createTrace(newId()), { userId, signInId: 'queue' })
    const { id } = value(await createConversationRepository(db, userId).create({}))
    const news = Array.from({ length: count }, () => ({ role: 'user' as const, content: next() }))
    const said = value(await messagesOf(userId, id).append(news))
    return { userId, conversationId: id, ids: said.map((message) => message.id) }
  }
  /** Texts whose vector is another's, that are deleted and have one, that live and have none. */
  const faults = async () => {
    const [found] = await rows<object>(
      `select count(*) filter (where v.id is not null and m.deleted_at is null
           and not (v.embedding::vector::real[])[1 + substr(m.content, 2)::int] > 0.999)::int as mistaken,
         count(*) filter (where v.id is not null and m.deleted_at is not null)::int as outlived,
         count(*) filter (where v.id is null and m.deleted_at is null)::int as missing,
         (select count(*)::int from embedding_jobs) as jobs
       from messages m left join chat_vectors v on v.user_id = m.user_id
         and v.conversation_id = m.conversation_id and v.message_id = m.id`,
    )
    return found
  }
  const NONE = { mistaken: 0, outlived: 0, missing: 0, jobs: 0 }

  it('embeds each text once, whoever runs it, many users’ in one request', async () => {
    const next = counter()
    for (let i = 0; i < size.users; i++) await newUser(size.each, next)
    const runs = await Promise.all(Array.from({ length: RUNNERS }, () => run(NEVER)))
    const total = size.users * size.each
    expect(runs.reduce((sum, { embedded }) => sum + embedded, 0)).toBe(total)
    const texts = provider.received.flatMap(({ body }) => body.input)
    expect(texts.toSorted()).toEqual([...new Set(texts)].toSorted())
    expect(texts).toHaveLength(total)
    expect(await faults()).toEqual(NONE)
  })

  it('puts no vector on a text that changes or goes while it is embedded, and holds nobody up', async () => {
    const next = counter()
    const users: Awaited<ReturnType<typeof newUser>>[] = []
    for (let i = 0; i < size.users; i++) users.push(await newUser(size.each, next))
    const dice = createDice(7)
    const over = new AbortController()
    const runners = Array.from({ length: RUNNERS }, async () => {
      while (!over.signal.aborted) await run(Date.now())
    })
    const players = users.map(async ({ userId, conversationId, ids }) => {
      const messages = messagesOf(userId, conversationId)
      for (let i = 0; i < size.moves / size.users; i++) {
        const id = dice.pick(ids) ?? ''
        const move = dice.int(4)
        if (move === 0) expectDone(await messages.remove(id, null, 30))
        else if (move === 1) expectDone(await messages.restore(id))
        else expectDone(await messages.patch(id, { content: next() }, null))
      }
    })
    await Promise.all(players)
    over.abort()
    await Promise.all(runners)
    await run(NEVER)
    expect(await faults()).toEqual(NONE)
  })

  it('lets nobody wait for those who have plenty', async () => {
    const next = counter()
    await newUser(size.each * 4, next)
    await newUser(1, () => 't1500')
    await run(Date.now(), 8)
    expect(provider.received[0]?.body.input).toHaveLength(8)
    expect(provider.received[0]?.body.input).toContain('t1500')
  })

  it('makes full requests of texts of very different length', async () => {
    const filler = ' '.repeat(7_900)
    let n = 0
    await newUser(100, () => `t${n++}${n % 2 ? filler : ''}`)
    const { embedded } = await run(NEVER, 256)
    expect(embedded).toBe(100)
    // 50 × 7.9 KB is more than the 300,000 bytes of one request, and less than that of two.
    expect(provider.received).toHaveLength(2)
    for (const { body } of provider.received)
      expect(Buffer.byteLength(body.input.join(''))).toBeLessThanOrEqual(300_000)
  })

  it('takes the worst texts in answers that Neon still gives', async () => {
    // As JSON each of these characters has six bytes: 256 texts of them are more than the 10 MiB of an answer.
    const { conversationId, userId } = await newUser(1, () => 't1')
    await rows(
      `with said as (
         insert into messages (user_id, id, conversation_id, seq, depth, role, content)
         select $1, gen_random_uuid(), $2, n, n, 'user', 't' || n || repeat(chr(1), 20000) from generate_series(2, 256) n
         returning user_id, conversation_id, id)
       insert into embedding_jobs (user_id, conversation_id, message_id) select user_id, conversation_id, id from said`,
      [userId, conversationId],
    )
    expect(await run(NEVER, 256)).toMatchObject({ embedded: 256, providerFailure: null })
  })
})

/** Another text each time. */
function counter(): () => string {
  let n = 0
  return () => `t${n++ % AXES}`
}

function value<T>([found, error]: Result<T>): T {
  if (error) throw new Error(JSON.stringify(error))
  return found
}

/** What is deleted cannot be changed, what is not cannot be restored. */
function expectDone([, error]: Result<unknown>): void {
  if (error && error.code !== 'not_found') throw new Error(JSON.stringify(error))
}
