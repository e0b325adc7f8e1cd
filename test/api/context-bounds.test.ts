import { beforeEach, describe, expect, inject, it } from 'vitest'
import { CONTEXT, type Context, type ContextBody, contextFor, words } from './context-helpers.ts'
import { DOCUMENTS, put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import {
  type Conversation,
  expectProblem,
  expectRefused,
  idsOf,
  openConversation,
  providerDown,
  queryAs,
  read,
  say,
} from './helpers.ts'

const api = createApi()
let ada: TestUser
let here: Conversation

beforeEach(async () => {
  ada = await api.newUser()
  here = await openConversation(ada)
})

const FACTS = [
  'Apple trees are pruned in late winter, before the buds open.',
  'A sourdough starter is fed with flour and water every day.',
]
const QUESTION = 'When should I prune my apple trees?'

const pathOf = ({ id }: Conversation) => `/v1/conversations/${id}/messages`
const build = (body: ContextBody, user = ada) => contextFor(user, body)
const question = () => `What is ${crypto.randomUUID()}?`

describe('The budget', () => {
  it('holds, whatever there is', async () => {
    const { id } = await openConversation(ada, { systemPrompt: words(200) })
    await say(ada, id, ...Array.from({ length: 30 }, (_, i) => `${FACTS[0]} ${words(i * 8, `w${i}x`)}`))
    const other = await openConversation(ada)
    await say(ada, other.id, ...Array.from({ length: 30 }, (_, i) => `Apple ${i}: ${words(i * 8, `v${i}x`)}`))
    await put(ada, { content: Array.from({ length: 20 }, (_, i) => `Trees ${words(60, `d${i}x`)}`).join('\n\n') })
    let before = 0
    for (const budgetTokens of [256, 500, 1_000, 4_000, 50_000]) {
      const { tokens, recent, recalled, passages } = await build({ conversationId: id, query: QUESTION, budgetTokens })
      expect(tokens.budget).toBe(budgetTokens)
      expect(tokens.used).toBeLessThanOrEqual(budgetTokens)
      expect(tokens.used).toBeGreaterThan(before)
      before = tokens.used
      const all = [...recent, ...recalled, ...passages].reduce((sum, { tokens }) => sum + tokens, 0)
      expect(tokens.used).toBe(all + tokens.systemPrompt)
    }
  })

  it(
    'of 200,000 tokens and the longest messages make an answer that Neon lets through',
    { timeout: 120_000, tags: 'slow' },
    async () => {
      const worst = `needle ${'\u0001'.repeat(9_000)} "\\${'<"\\'.repeat(30_000)} thread`
      for (let i = 0; i < 60; i++) await read(ada.post(pathOf(here), { role: 'user', content: worst }), 201)
      await queryAs(
        ada.sub,
        `update messages set content = seq || content, metadata = jsonb_build_object('quotes', repeat('"', 16300))`,
      )
      const ask = async () => {
        const body = { conversationId: here.id, query: 'needle or thread', budgetTokens: 200_000, limit: 50 }
        const response = await ada.post(CONTEXT, body)
        const text = await response.text()
        expect([response.status, text.length < 10 * 2 ** 20, text.slice(0, 100)]).toEqual([
          200,
          true,
          expect.anything(),
        ])
        return JSON.parse(text) as Context
      }
      const many = await ask()
      expect(many.recent.length + many.recalled.length).toBeGreaterThan(12)
      const [huge] = await say(ada, here.id, 'needle')
      await queryAs(ada.sub, `update messages set content = repeat(content, 300000) where id = $1`, [huge?.id])
      const { recent, tokens } = await ask()
      expect(recent).toMatchObject([{ id: huge?.id, truncated: true }])
      expect(tokens.used).toBeLessThanOrEqual(200_000)
    },
  )
})

describe('Others', () => {
  it('have nothing of it: neither what they said nor that there is such a conversation', async () => {
    const eve = await api.newUser()
    await say(ada, here.id, ...FACTS)
    await put(ada, { content: FACTS[0] })
    const headers = { 'X-Request-Id': 'same' }
    for (const more of [{}, { query: QUESTION }, { turns: [{ role: 'user', content: QUESTION }] }]) {
      const foreign = await eve.post(CONTEXT, { conversationId: here.id, ...more }, headers)
      const missing = await eve.post(CONTEXT, { conversationId: 'nowhere', ...more }, headers)
      const bytes = await missing.clone().text()
      await expectProblem(missing, 404, 'not_found')
      expect([foreign.status, await foreign.text()]).toEqual([404, bytes])
    }
    const built = await build({ query: QUESTION, filter: { conversationId: here.id } }, eve)
    expect([built.recalled, built.passages]).toEqual([[], []])
    expect(await build({ query: QUESTION }, eve)).toMatchObject({ recalled: [], passages: [], omittedCount: 0 })
  })

  it('find nothing of what is deleted', async () => {
    const gone = await openConversation(ada)
    await say(ada, gone.id, FACTS[0] ?? '')
    const document = await put(ada, { content: FACTS[0] })
    await ada.delete(`/v1/conversations/${gone.id}`)
    await ada.delete(`${DOCUMENTS}/${document.id}`)
    expect(await build({ query: QUESTION })).toMatchObject({ recalled: [], passages: [], omittedCount: 0 })
    await expectProblem(await ada.post(CONTEXT, { conversationId: gone.id }), 404, 'not_found')
    await expectProblem(await ada.post(CONTEXT, { conversationId: gone.id, query: 'x' }), 404, 'not_found')
  })
})

describe('Without the embedding provider', () => {
  it('it goes on by keyword, and says so', async () => {
    const down = createApi(providerDown()).as(ada)
    const [fact] = await say(down, (await openConversation(ada)).id, FACTS[0] ?? '')
    await say(down, here.id, QUESTION)
    for (const body of [{ conversationId: here.id }, { query: QUESTION, threshold: 0.99 }]) {
      const built = await build(body, down)
      expect(built).toMatchObject({ mode: 'keyword', degraded: true, pendingEmbeddings: 2 })
      expect(idsOf(built.recalled)).toContain(fact?.id)
    }
  })

  it('or where the user has used up the tokens of today, likewise', async () => {
    const user = await createApi({
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_API_KEY: 'sk-do-not-leak',
      EMBEDDING_BASE_URL: `${inject('faults')}/embedder/ok`,
      EMBEDDING_MODEL: 'axis',
      QUOTA_EMBEDDED_TOKENS: '5',
    }).newUser()
    expect(await build({ query: question() }, user)).toMatchObject({ mode: 'hybrid', degraded: false })
    expect(await build({ query: question() }, user)).toMatchObject({ mode: 'keyword', degraded: true })
    const { data } = await read<{ data: { quota: string; used: number }[] }>(user.get('/v1/usage'))
    expect(data.find(({ quota }) => quota === 'embeddedTokens')?.used).toBeGreaterThan(5)
  })
})

describe('A request', () => {
  it.each<[body: object, ...paths: string[]]>([
    [{}, 'query'],
    [{ turns: [{ role: 'assistant', content: 'Hello' }] }, 'query'],
    [{ turns: [{ role: 'user', content: '  ' }] }, 'query'],
    [{ query: ' ' }, 'query'],
    [{ turns: [] }, 'turns', 'query'],
    [{ query: 'x', leafId: 'a' }, 'leafId'],
    [{ query: 'x', budgetTokens: 255 }, 'budgetTokens'],
    [{ query: 'x', budgetTokens: 200_001 }, 'budgetTokens'],
    [{ query: 'x', limit: 51 }, 'limit'],
    [{ query: 'x', threshold: 2 }, 'threshold'],
    [{ query: 'x', sources: ['mail'] }, 'sources.0'],
    [{ query: 'x', filter: { role: 'nobody' } }, 'filter.role.0'],
    [{ query: 'x', mode: 'semantic' }, 'mode'],
    [{ turns: Array.from({ length: 21 }, () => ({ role: 'user', content: 'x' })) }, 'turns'],
    [{ turns: [{ role: 'user', content: 'x', id: '1' }] }, 'turns.0.id'],
  ])('such as %j is refused', async (body, ...paths) => {
    const before = await api.posts()
    await expectRefused(await ada.post(CONTEXT, body), ...paths)
    expect(await api.posts()).toBe(before)
  })
})
