import { beforeEach, describe, expect, inject, it } from 'vitest'
import { createApi, type Overrides, type TestUser } from './harness.ts'
import { openConversation, querySystem, read, say, search } from './helpers.ts'
import type { VectorFound } from './vector-helpers.ts'
import { axis } from './vector-helpers.ts'

/** Workers over a database of this file's own: a sweep takes the jobs of every test that shares its database. */
const createApart = (overrides: Overrides = {}) => createApi({ ...inject('apart'), ...overrides })
const provider = `${inject('faults')}/embedder`
const openai = (mode: string): Overrides => ({
  EMBEDDING_PROVIDER: 'openai',
  EMBEDDING_API_KEY: 'sk-do-not-leak',
  EMBEDDING_BASE_URL: `${provider}/${mode}`,
})

const healthy = createApart()
/** Its background work cannot reach the database; everything else can. */
const forgetful = createApart({ DATABASE_URL_SYSTEM: 'postgres://parley_system@127.0.0.1:1/postgres' })

let ada: TestUser
let conversation: string
/** A text that nobody else says. */
let text: string

beforeEach(async () => {
  ada = await healthy.newUser()
  conversation = (await openConversation(ada)).id
  text = `Fact ${crypto.randomUUID()}`
})

/** Asks the provider how often it saw a text, to tell when it does, or to let it go. */
const ask = (what: 'count' | 'arrival' | 'release', text: string) =>
  fetch(`${provider}/${what}?text=${encodeURIComponent(text)}`)
const timesEmbedded = async (text: string) => Number(await (await ask('count', text)).text())
const messagePath = (id: string | undefined) => `/v1/conversations/${conversation}/messages/${id}`
const found = async (query = text) => {
  const { data, pendingEmbeddings } = await search(ada, { query, mode: 'semantic' })
  return { texts: data.map(({ content }) => content), pendingEmbeddings }
}
const vectors = async () => (await read<VectorFound>(ada.post('/v1/vectors/search', { embedding: axis(0) }))).data
const job = async (messageId: string | undefined) => {
  const [row] = await querySystem('select attempts, last_error, claim_id from embedding_jobs where message_id = $1', [
    messageId,
  ])
  return row
}
const makeDue = (messageId: string | undefined) =>
  querySystem('update embedding_jobs set run_at = now() where message_id = $1', [messageId])

describe('A new message', () => {
  it('is found right after its answer', async () => {
    await say(ada, conversation, text)
    expect(await found()).toEqual({ texts: [text], pendingEmbeddings: 0 })
  })

  it('is pending where that did not happen, until the sweep embeds it, once', async () => {
    const [message] = await say(forgetful.as(ada), conversation, text)
    expect(await found()).toEqual({ texts: [], pendingEmbeddings: 1 })
    expect(await job(message?.id)).toEqual({ attempts: 0, last_error: null, claim_id: null })
    await healthy.sweep()
    expect(await found()).toEqual({ texts: [text], pendingEmbeddings: 0 })
    await healthy.sweep()
    expect(await vectors()).toMatchObject([{ messageId: message?.id }])
  })

  it('waits for a broken provider with a reason one can read, and not before its time', async () => {
    const broken = createApart(openai('401'))
    const [message] = await say(broken.as(ada), conversation, text)
    expect(await timesEmbedded(text)).toBe(1)
    expect(await job(message?.id)).toEqual({
      attempts: 0,
      last_error: 'embedding_unavailable status 401 invalid_api_key',
      claim_id: null,
    })
    await broken.sweep()
    await healthy.sweep()
    expect(await timesEmbedded(text)).toBe(1)
    expect(await found()).toEqual({ texts: [], pendingEmbeddings: 1 })

    await makeDue(message?.id)
    await broken.sweep()
    expect(await timesEmbedded(text)).toBe(2)
    // A wrong key is no fault of the text's: it may be wrong for as long as it takes.
    expect(await job(message?.id)).toMatchObject({ attempts: 0 })
    await makeDue(message?.id)
    await healthy.sweep()
    expect(await found()).toEqual({ texts: [text], pendingEmbeddings: 0 })
  })

  it('does not keep the good texts of its batch waiting', async () => {
    const [blank, good] = await say(ada, conversation, ' \n\t', text)
    expect(await job(blank?.id)).toBeUndefined()
    expect(await vectors()).toMatchObject([{ messageId: good?.id }])
    expect(await found()).toEqual({ texts: [text], pendingEmbeddings: 0 })
  })
})

describe('The sweep', () => {
  it('embeds every text once, however many Workers run it', { timeout: 30_000 }, async () => {
    const texts = Array.from({ length: 150 }, (_, i) => `${text} ${i}`)
    await say(forgetful.as(ada), conversation, ...texts.slice(0, 75))
    await say(forgetful.as(ada), conversation, ...texts.slice(75))
    const workers = Array.from({ length: 3 }, () => createApart(openai('ok')))
    await Promise.all(workers.map((worker) => worker.sweep()))
    const counts = await Promise.all(texts.map(timesEmbedded))
    expect(counts).toEqual(texts.map(() => 1))
    expect(await found()).toMatchObject({ pendingEmbeddings: 0 })
  })

  // A Worker that holds the job while the world goes on: the provider answers when it is told to.
  describe('that is overtaken', () => {
    let id: string | undefined
    let sweep: Promise<void>

    beforeEach(async () => {
      ;[id] = (await say(forgetful.as(ada), conversation, text)).map((message) => message.id)
      sweep = createApart(openai('held')).sweep()
      await ask('arrival', text)
    })
    const letItEnd = async () => {
      await ask('release', text)
      await sweep
    }

    it('leaves its jobs to nobody else meanwhile', async () => {
      await healthy.sweep()
      expect(await found()).toEqual({ texts: [], pendingEmbeddings: 1 })
      await letItEnd()
      expect(await vectors()).toMatchObject([{ messageId: id }])
      expect(await found()).toMatchObject({ pendingEmbeddings: 0 })
    })

    it('does not bring back a message that was deleted', async () => {
      await ada.delete(messagePath(id))
      await letItEnd()
      expect(await vectors()).toEqual([])
      expect(await found()).toEqual({ texts: [], pendingEmbeddings: 0 })
    })

    it('does not bring back a conversation that was deleted', async () => {
      await ada.delete(`/v1/conversations/${conversation}`)
      await letItEnd()
      expect(await vectors()).toEqual([])
      expect(await found()).toEqual({ texts: [], pendingEmbeddings: 0 })
    })

    it('does not put the vector of an old text on a new one', async () => {
      const changed = `Changed ${crypto.randomUUID()}`
      await forgetful.as(ada).patch(messagePath(id), { content: changed })
      // The changed text is due at once: the same sweep comes to it next.
      await ask('release', changed)
      await letItEnd()
      const reader = createApart(openai('ok')).as(ada)
      expect((await search(reader, { query: text, mode: 'semantic', threshold: 0.9 })).data).toEqual([])
      const { data, pendingEmbeddings } = await search(reader, { query: changed, mode: 'semantic', threshold: 0.9 })
      expect(data).toMatchObject([{ id, content: changed, score: 1 }])
      expect(pendingEmbeddings).toBe(0)
    })

    it('does not overwrite a vector that was stored by hand', async () => {
      await ada.post('/v1/vectors', { conversationId: conversation, messageId: id, embedding: axis(0), model: 'mine' })
      await letItEnd()
      expect(await vectors()).toMatchObject([{ messageId: id, model: 'mine', score: 1 }])
    })
  })
})

describe('A changed text', () => {
  it('is embedded anew', async () => {
    const [message] = await say(ada, conversation, 'Old words about apples')
    const [before] = await vectors()
    await ada.patch(messagePath(message?.id), { content: text })
    const { data } = await search(ada, { query: text, mode: 'semantic', threshold: 0.99 })
    expect(data).toMatchObject([{ id: message?.id, content: text }])
    expect(await vectors()).not.toMatchObject([{ id: before?.id }])
  })

  it('is pending until then, and its old words find nothing', async () => {
    const [message] = await say(ada, conversation, 'Old words about apples')
    await forgetful.as(ada).patch(messagePath(message?.id), { content: text })
    expect(await found('Old words about apples')).toEqual({ texts: [], pendingEmbeddings: 1 })
    expect(await vectors()).toEqual([])
    await healthy.sweep()
    expect(await found()).toEqual({ texts: [text], pendingEmbeddings: 0 })
  })

  it('starts anew after failures', async () => {
    const [message] = await say(createApart(openai('401')).as(ada), conversation, text)
    await forgetful.as(ada).patch(messagePath(message?.id), { content: `${text}!` })
    expect(await job(message?.id)).toEqual({ attempts: 0, last_error: null, claim_id: null })
    await healthy.sweep()
    expect(await found()).toMatchObject({ texts: [`${text}!`] })
  })

  it('keeps its vector when only the metadata change, or nothing does', async () => {
    const [message] = await say(ada, conversation, text)
    const before = await vectors()
    await forgetful.as(ada).patch(messagePath(message?.id), { metadata: { a: 1 } })
    await forgetful.as(ada).patch(messagePath(message?.id), { content: text })
    await forgetful.as(ada).patch(messagePath(message?.id), { content: 'Stale' }, { 'If-Match': '"1"' })
    expect(await vectors()).toEqual(before)
    expect(await found()).toEqual({ texts: [text], pendingEmbeddings: 0 })
  })

  it('has no vector and no job when it is blank, and gets one when it says something again', async () => {
    const [message] = await say(ada, conversation, text)
    await ada.patch(messagePath(message?.id), { content: '' })
    expect(await vectors()).toEqual([])
    expect(await found()).toEqual({ texts: [], pendingEmbeddings: 0 })
    await ada.patch(messagePath(message?.id), { content: text })
    expect(await found()).toEqual({ texts: [text], pendingEmbeddings: 0 })
  })
})

describe('What is deleted', () => {
  it('is found never again, and leaves no job behind', async () => {
    const [embedded] = await say(ada, conversation, text)
    const [pending] = await say(forgetful.as(ada), conversation, `${text} too`)
    await ada.delete(messagePath(embedded?.id))
    await ada.delete(messagePath(pending?.id))
    expect(await found()).toEqual({ texts: [], pendingEmbeddings: 0 })
    await healthy.sweep()
    expect(await vectors()).toEqual([])
  })

  it('takes the vectors and jobs of a whole conversation along', async () => {
    await say(ada, conversation, text)
    await say(forgetful.as(ada), conversation, `${text} too`)
    await ada.delete(`/v1/conversations/${conversation}`)
    expect(await vectors()).toEqual([])
    expect(await found()).toEqual({ texts: [], pendingEmbeddings: 0 })
    await healthy.sweep()
    expect(await vectors()).toEqual([])
  })
})
