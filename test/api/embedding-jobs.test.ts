import { beforeEach, describe, expect, inject, it } from 'vitest'
import { createApi, type Overrides, type TestUser } from './harness.ts'
import {
  expectProblem,
  expectRefused,
  openConversation,
  type Page,
  queryAs,
  querySystem,
  read,
  say,
  search,
  walk,
} from './helpers.ts'

interface Job {
  id: string
  status: string
  source: string
  messageId: string | null
  conversationId: string | null
  chunkId: string | null
  documentId: string | null
  attempts: number
  lastError: string | null
  runAt: string
  failedAt: string | null
}

/** Workers over a database of this file's own: a sweep takes the jobs of every test that shares its database. */
const createApart = (overrides: Overrides = {}) => createApi({ ...inject('queue'), ...overrides })
const asSystem = (statement: string, params: unknown[]) => querySystem(statement, params, 'queue')
const provider = `${inject('faults')}/embedder`
const openai = (mode: string): Overrides => ({
  EMBEDDING_PROVIDER: 'openai',
  EMBEDDING_API_KEY: 'sk-do-not-leak',
  EMBEDDING_BASE_URL: `${provider}/${mode}`,
})

const healthy = createApart()
/** Its provider refuses texts that say "refuse", and breaks off at those that say "crash". */
const picky = createApart(openai('picky'))
/** Its background work cannot reach the database; everything else can. */
const forgetful = createApart({ DATABASE_URL_SYSTEM: 'postgres://parley_system@127.0.0.1:1/postgres' })

let ada: TestUser
let conversation: string
/** Something that nobody else says. */
let fact: string

beforeEach(async () => {
  ada = await healthy.newUser()
  conversation = (await openConversation(ada)).id
  fact = crypto.randomUUID()
})

const timesEmbedded = async (text: string) =>
  Number(await (await fetch(`${provider}/count?text=${encodeURIComponent(text)}`)).text())
const jobs = async (query = '') => (await read<Page<Job>>(ada.get(`/v1/embedding-jobs${query}`))).data
const retry = (id: string | undefined, user = ada) => user.post(`/v1/embedding-jobs/${id}/retry`)
const makeDue = () => asSystem(`update embedding_jobs set run_at = now() where user_id = $1`, [ada.sub])
const foundBy = async (user: TestUser, query: string) =>
  (await search(user, { query, mode: 'semantic', threshold: 0.99 })).data.map(({ content }) => content)

/** As the documents' own routes store them. */
const store = async (...texts: { content: string; context?: string }[]) => {
  const documentId = crypto.randomUUID()
  const as = (statement: string, params: unknown[]) => queryAs(ada.sub, statement, params, 'queue')
  await as(
    `insert into documents (user_id, id, title, content, content_hash, format, language)
     values ($1, $2, 'A document', '', '', 'text', 'simple')`,
    [ada.sub, documentId],
  )
  const chunkIds: string[] = []
  for (const [position, { content, context = '' }] of texts.entries()) {
    const id = crypto.randomUUID()
    chunkIds.push(id)
    await as(
      `with added as (
         insert into document_chunks (user_id, id, document_id, position, content, context, hash, start_offset, end_offset, language)
         values ($1, $2, $3, $4, $5, $6, '', 0, 0, 'simple') returning user_id, id, document_id)
       insert into embedding_jobs (user_id, chunk_id, document_id) select user_id, id, document_id from added`,
      [ada.sub, id, documentId, position, content, context],
    )
  }
  return { documentId, chunkIds }
}
const vectorsOf = (documentId: string) =>
  asSystem(
    `select chunk_id, document_id, model, client_provided, sketch is not null as sketched from chat_vectors
     where user_id = $1 and document_id = $2 order by chunk_id`,
    [ada.sub, documentId],
  )

describe('A text that the provider refuses', () => {
  it('is given up at once, and costs the others of its batch no delay and few requests', async () => {
    const texts = Array.from({ length: 64 }, (_, i) => `${fact} ${i === 40 ? 'refuse' : i}`)
    const messages = await say(picky.as(ada), conversation, ...texts)
    const given = await jobs()
    expect(given).toMatchObject([
      {
        status: 'failed',
        source: 'message',
        messageId: messages[40]?.id,
        conversationId: conversation,
        chunkId: null,
        documentId: null,
        attempts: 1,
        lastError: 'embedding_unavailable status 400 invalid_api_key',
        failedAt: expect.any(String),
      },
    ])
    for (const text of [texts[0], texts[41], texts[63]])
      expect(await foundBy(picky.as(ada), text ?? '')).toEqual([text])

    await picky.sweep()
    expect(await timesEmbedded(texts[40] ?? '')).toBe(7)
  })

  it('is tried again when its words change', async () => {
    const [message] = await say(picky.as(ada), conversation, `${fact} refuse`)
    expect(await jobs('?status=failed')).toHaveLength(1)
    const path = `/v1/conversations/${conversation}/messages/${message?.id}`
    await forgetful.as(ada).patch(path, { content: fact })
    expect(await jobs()).toMatchObject([{ status: 'pending', attempts: 0, lastError: null, failedAt: null }])
    await picky.sweep()
    expect(await jobs()).toEqual([])
    expect(await foundBy(picky.as(ada), fact)).toEqual([fact])
  })

  it('leaves the list with its message', async () => {
    const [message] = await say(picky.as(ada), conversation, `${fact} refuse`)
    await ada.delete(`/v1/conversations/${conversation}/messages/${message?.id}`)
    expect(await jobs()).toEqual([])
    await expectProblem(await retry(crypto.randomUUID()), 404, 'not_found')
  })
})

describe('A text at which the provider breaks off', { timeout: 60_000 }, () => {
  it('is tried again later, and given up after twelve attempts', { tags: 'slow' }, async () => {
    const [bad] = await say(picky.as(ada), conversation, `${fact} crash`, fact)
    expect(await foundBy(picky.as(ada), fact)).toEqual([fact])
    expect(await jobs()).toMatchObject([
      { messageId: bad?.id, status: 'pending', attempts: 1, lastError: 'embedding_unavailable invalid_response 200' },
    ])
    await asSystem(`update embedding_jobs set run_at = now(), attempts = 11 where user_id = $1`, [ada.sub])
    await picky.sweep()
    expect(await jobs()).toMatchObject([{ messageId: bad?.id, status: 'failed', attempts: 12 }])
  })
})

describe('A job whose Worker died', () => {
  it('comes back when its lease has run out, but not for ever', async () => {
    await say(forgetful.as(ada), conversation, fact)
    const lapse = (attempts: number) =>
      asSystem(
        `update embedding_jobs set claim_id = gen_random_uuid(), attempts = $2, run_at = now() - interval '1 second'
         where user_id = $1`,
        [ada.sub, attempts],
      )
    await lapse(12)
    await healthy.sweep()
    expect(await jobs()).toMatchObject([{ status: 'failed', lastError: 'interrupted' }])
    const [job] = await jobs()
    await retry(job?.id, forgetful.as(ada))
    await lapse(11)
    await healthy.sweep()
    expect(await jobs()).toEqual([])
    expect(await foundBy(ada, fact)).toEqual([fact])
  })
})

describe('A provider that fails as a whole', () => {
  it('uses up nobody’s attempts, and ends the run at its first failure', async () => {
    const broken = createApart(openai('401'))
    const texts = Array.from({ length: 30 }, (_, i) => `${fact} ${i}`)
    await say(broken.as(ada), conversation, ...texts)
    expect(await timesEmbedded(texts[0] ?? '')).toBe(1)
    const pending = await jobs('?limit=100')
    expect(pending).toHaveLength(30)
    expect(pending).toMatchObject(
      pending.map(() => ({
        status: 'pending',
        attempts: 0,
        lastError: 'embedding_unavailable status 401 invalid_api_key',
      })),
    )
    // Not before some time has passed.
    for (const { runAt } of pending) expect(Date.parse(runAt) - Date.now()).toBeGreaterThan(20_000)
    await makeDue()
    await healthy.sweep()
    expect(await jobs()).toEqual([])
  })

  it('is not taken for a refusal of every text', async () => {
    const misled = createApart(openai('400'))
    await say(misled.as(ada), conversation, fact, `${fact} too`)
    expect(await jobs()).toMatchObject([
      { status: 'pending', attempts: 0 },
      { status: 'pending', attempts: 0 },
    ])
    // Together, and never each by itself.
    expect(await timesEmbedded(fact)).toBe(1)
  })
})

describe('Retrying', () => {
  it('one embeds it right after the answer', async () => {
    await say(picky.as(ada), conversation, `${fact} refuse`)
    const [job] = await jobs('?status=failed')
    const again = await read<Job>(retry(job?.id))
    expect(again).toMatchObject({ id: job?.id, status: 'pending', attempts: 0, failedAt: null })
    expect(await jobs()).toEqual([])
    expect(await foundBy(ada, `${fact} refuse`)).toEqual([`${fact} refuse`])
  })

  it('one that still fails says so again', async () => {
    await say(picky.as(ada), conversation, `${fact} refuse`)
    const [job] = await jobs()
    await read(retry(job?.id, picky.as(ada)))
    expect(await jobs()).toMatchObject([{ id: job?.id, status: 'failed', attempts: 1 }])
  })

  it('one that waits makes it due now, one that is being embedded leaves it', async () => {
    await say(createApart(openai('401')).as(ada), conversation, fact)
    const [job] = await jobs()
    await asSystem(`update embedding_jobs set claim_id = gen_random_uuid() where user_id = $1`, [ada.sub])
    expect(await read<Job>(retry(job?.id))).toMatchObject({ runAt: job?.runAt })
    expect(await jobs()).toHaveLength(1)
    await asSystem(`update embedding_jobs set claim_id = null where user_id = $1`, [ada.sub])
    await read(retry(job?.id))
    expect(await jobs()).toEqual([])
  })

  it('all takes those that were given up, of oneself', async () => {
    await say(picky.as(ada), conversation, `${fact} refuse 1`, `${fact} refuse 2`)
    const eve = await healthy.newUser()
    const hers = (await openConversation(eve)).id
    await say(picky.as(eve), hers, `${fact} refuse 3`)
    expect(await read(ada.post('/v1/embedding-jobs/retry'))).toEqual({ retried: 2 })
    expect(await read(ada.post('/v1/embedding-jobs/retry'))).toEqual({ retried: 0 })
    expect(await jobs()).toEqual([])
    expect((await read<Page<Job>>(eve.get('/v1/embedding-jobs'))).data).toMatchObject([{ status: 'failed' }])
  })
})

describe('The list of jobs', () => {
  it('goes page by page, by status, the newest first', async () => {
    const texts = Array.from({ length: 7 }, (_, i) => `${fact} ${i % 2 ? 'refuse' : 'later'} ${i}`)
    const messages = []
    for (const text of texts)
      messages.push(...(await say((text.includes('refuse') ? picky : forgetful).as(ada), conversation, text)))
    const ids = messages.map(({ id }) => id).toReversed()
    const listed = async (query: string) =>
      (await walk<Job>(ada, `/v1/embedding-jobs${query}`, 2)).map(({ messageId }) => messageId)
    expect(await listed('')).toEqual(ids)
    expect(await listed('?status=failed')).toEqual(ids.filter((_, i) => i % 2))
    expect(await listed('?status=pending')).toEqual(ids.filter((_, i) => i % 2 === 0))
    const { nextCursor } = await read<Page<Job>>(ada.get('/v1/embedding-jobs?limit=2'))
    await expectProblem(await ada.get(`/v1/embedding-jobs?status=failed&cursor=${nextCursor}`), 400, 'invalid_cursor')
  })

  it('refuses what it does not know', async () => {
    await expectRefused(await ada.get('/v1/embedding-jobs?status=done'), 'status')
    await expectRefused(await ada.get('/v1/embedding-jobs?source=message'), 'source')
  })
})

describe('Chunks of documents', () => {
  it('are embedded with what is said above them, together with messages', async () => {
    const { documentId, chunkIds } = await store(
      { content: `${fact} bare` },
      { content: fact, context: `Title ${fact}` },
    )
    await say(forgetful.as(ada), conversation, `${fact} message`)
    await picky.sweep()
    expect(await jobs()).toEqual([])
    expect(await timesEmbedded(`${fact} bare`)).toBe(1)
    expect(await timesEmbedded(`Title ${fact}\n\n${fact}`)).toBe(1)
    expect(await vectorsOf(documentId)).toEqual(
      chunkIds.toSorted().map((chunk_id) => ({
        chunk_id,
        document_id: documentId,
        model: 'text-embedding-3-small',
        client_provided: false,
        sketched: true,
      })),
    )
  })

  it('say where they stand when they are refused', async () => {
    const { documentId, chunkIds } = await store({ content: `${fact} refuse` })
    await picky.sweep()
    expect(await jobs()).toMatchObject([
      { status: 'failed', source: 'document', documentId, chunkId: chunkIds[0], messageId: null, conversationId: null },
    ])
  })

  it('of a deleted document get no vector', async () => {
    const { documentId } = await store({ content: `${fact} 1` }, { content: `${fact} 2` })
    const as = (statement: string) => queryAs(ada.sub, statement, [ada.sub, documentId], 'queue')
    await as(`update documents set deleted_at = now() where user_id = $1 and id = $2`)
    await picky.sweep()
    expect(await vectorsOf(documentId)).toEqual([])
    expect(await jobs()).toEqual([])
    expect(await timesEmbedded(`${fact} 1`)).toBe(0)
  })
})
