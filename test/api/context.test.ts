import { beforeEach, describe, expect, it } from 'vitest'
import { CONTEXT, type ContextBody, contextFor, omittedAs, textsOf, words } from './context-helpers.ts'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { append, type Conversation, expectRefused, idsOf, openConversation, say } from './helpers.ts'

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
/** Runs `work` and counts the requests to the database meanwhile. */
async function countPosts<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = await api.posts()
  const result = await work()
  return [result, (await api.posts()) - before]
}

describe('A context', () => {
  it('has recent turns, recalled messages and passages, each with what is needed to show and to cite it', async () => {
    const before = await openConversation(ada, { title: 'Orchard' })
    const [fact] = await say(ada, before.id, FACTS[0] ?? '')
    const content = '# Trees\n\n## Pruning\n\nPrune an apple tree while it sleeps.'
    const document = await put(ada, { title: 'Garden', content, format: 'markdown' })
    const conversation = await openConversation(ada, { systemPrompt: 'Be brief.' })
    const [hello, question] = await say(ada, conversation.id, 'Hello', QUESTION)

    const built = await build({ conversationId: conversation.id })
    expect(built).toEqual({
      systemPrompt: { content: 'Be brief.', tokens: expect.any(Number), truncated: false },
      recent: [hello, question].map((message) => ({
        id: message?.id,
        role: 'user',
        content: message?.content,
        tokens: expect.any(Number),
        truncated: false,
        seq: message?.seq,
        createdAt: message?.createdAt,
      })),
      earlierTurns: false,
      recalled: [
        {
          key: 'm1',
          conversationId: before.id,
          conversationTitle: 'Orchard',
          id: fact?.id,
          role: 'user',
          content: FACTS[0],
          tokens: expect.any(Number),
          truncated: false,
          score: expect.any(Number),
          seq: 1,
          createdAt: fact?.createdAt,
        },
      ],
      passages: [
        {
          key: 'd1',
          documentId: document.id,
          title: 'Garden',
          headings: ['Trees'],
          tableHead: null,
          start: expect.any(Number),
          end: content.length,
          content: expect.stringContaining('Prune an apple tree while it sleeps.'),
          tokens: expect.any(Number),
          truncated: false,
          score: expect.any(Number),
        },
      ],
      omitted: expect.any(Array),
      omittedCount: expect.any(Number),
      tokens: {
        budget: 4_000,
        used: expect.any(Number),
        systemPrompt: built.systemPrompt?.tokens,
        recent: (built.recent[0]?.tokens ?? 0) + (built.recent[1]?.tokens ?? 0),
        recalled: built.recalled[0]?.tokens,
        passages: built.passages[0]?.tokens,
      },
      mode: 'hybrid',
      degraded: false,
      recall: 'exact',
      belowThreshold: 0,
      pendingEmbeddings: 0,
      failedEmbeddings: 0,
      otherModels: 0,
    })
    const [passage] = built.passages
    expect(content.slice(passage?.start, passage?.end)).toBe(passage?.content)
    expect(omittedAs(built, 'in_recent')).toEqual(expect.arrayContaining([question?.id]))
  })

  it('takes one database trip with a question, two without, and one where there is none', async () => {
    await say(ada, here.id, QUESTION)
    const { id: conversationId } = here
    const turns = [{ role: 'user' as const, content: QUESTION }]
    for (const body of [
      { query: QUESTION },
      { turns },
      { conversationId, query: QUESTION },
      { conversationId, turns },
    ]) {
      const [built, posts] = await countPosts(() => build(body))
      expect([built.mode, posts]).toEqual(['hybrid', 1])
    }
    const [built, posts] = await countPosts(() => build({ conversationId }))
    expect([built.mode, posts]).toEqual(['hybrid', 2])
    const empty = await openConversation(ada)
    const [nothing, once] = await countPosts(() => build({ conversationId: empty.id }))
    expect([nothing.mode, nothing.recent, nothing.recalled, once]).toEqual([null, [], [], 1])
    const [missing, counted] = await countPosts(() => ada.post(CONTEXT, { conversationId: 'nowhere' }))
    expect([missing.status, counted]).toEqual([404, 1])
  })

  it('searches only what it is asked for', async () => {
    const before = await openConversation(ada, { tags: ['work'] })
    const [fact] = await say(ada, before.id, FACTS[0] ?? '')
    const document = await put(ada, { content: FACTS[0], tags: ['home'] })
    const found = async (body: ContextBody) => {
      const { recalled, passages } = await build({ query: QUESTION, ...body })
      return [idsOf(recalled), passages.map(({ documentId }) => documentId)]
    }
    expect(await found({ sources: ['message'] })).toEqual([[fact?.id], []])
    expect(await found({ sources: ['document'] })).toEqual([[], [document.id]])
    expect(await found({ filter: { tags: ['home'] } })).toEqual([[], [document.id]])
    expect(await found({ filter: { conversationId: before.id } })).toEqual([[fact?.id], []])
    const { recalled, passages, belowThreshold } = await build({ query: QUESTION, threshold: 1 })
    expect([recalled, passages, belowThreshold > 0]).toEqual([[], [], true])
  })

  it('says the same of the same', async () => {
    await say(ada, here.id, ...FACTS, QUESTION)
    await put(ada, { content: FACTS.join('\n\n') })
    const body = { conversationId: here.id, budgetTokens: 300 }
    expect(await build(body)).toEqual(await build(body))
  })
})

describe('The recent turns', () => {
  it('go to the active leaf or to the one that is named, along its branch', async () => {
    const [root, question] = await say(ada, here.id, 'root', 'question')
    const path = pathOf(here)
    const first = await append(ada, path, { role: 'assistant', content: 'first answer' })
    await say(ada, here.id, 'thanks')
    const second = await append(ada, path, { role: 'assistant', content: 'second answer', parentId: question?.id })
    const recentOf = async (leafId?: string) => textsOf(await build({ conversationId: here.id, leafId })).recent
    expect(await recentOf()).toEqual(['root', 'question', 'second answer'])
    expect(await recentOf(second.id)).toEqual(['root', 'question', 'second answer'])
    expect(await recentOf(first.id)).toEqual(['root', 'question', 'first answer'])
    expect(await recentOf(root?.id)).toEqual(['root'])
    for (const leafId of ['nowhere', (await say(ada, (await openConversation(ada)).id, 'other'))[0]?.id]) {
      await expectRefused(await ada.post(CONTEXT, { conversationId: here.id, leafId }), 'leafId')
      await expectRefused(await ada.post(CONTEXT, { conversationId: here.id, leafId, query: 'x' }), 'leafId')
    }
  })

  it('are finished texts; what is not is named', async () => {
    const path = pathOf(here)
    const statuses = ['complete', 'stopped', 'failed', 'in_progress']
    const said: string[] = []
    for (const status of statuses) {
      await say(ada, here.id, `to be ${status}`)
      said.push((await append(ada, path, { role: 'assistant', content: `is ${status}`, status })).id)
    }
    const parts = [{ type: 'tool-weather', toolCallId: '1', state: 'output-available', input: {}, output: {} }]
    const silent = await append(ada, path, { role: 'assistant', parts })
    const [gone] = await say(ada, here.id, 'deleted')
    await ada.delete(`${path}/${gone?.id}`)
    const built = await build({ conversationId: here.id })
    expect(textsOf(built).recent).toEqual([
      'to be complete',
      'is complete',
      'to be stopped',
      'is stopped',
      'to be failed',
      'to be in_progress',
    ])
    expect(omittedAs(built, 'unfinished')).toEqual([said[3], said[2]])
    expect(omittedAs(built, 'no_text')).toEqual([silent.id])
    expect(JSON.stringify(built)).not.toContain(gone?.id)
  })

  it('are whole from the newest back, as many as the budget holds', async () => {
    const texts = Array.from({ length: 60 }, (_, i) => `${i} ${words(30, 'turn')}`)
    const said = await say(ada, here.id, ...texts)
    const { recent, earlierTurns, tokens, omitted, omittedCount } = await build({
      conversationId: here.id,
      query: 'nothing of that',
      sources: ['document'],
      budgetTokens: 1_000,
    })
    expect(idsOf(recent.map(({ id }) => ({ id: id ?? '' })))).toEqual(idsOf(said.slice(-recent.length)))
    expect(recent.every(({ truncated }) => !truncated)).toBe(true)
    expect(earlierTurns).toBe(true)
    expect(tokens.used).toBeLessThanOrEqual(1_000)
    expect(tokens.used + (recent[0]?.tokens ?? 0)).toBeGreaterThan(1_000)
    const [first] = omitted
    expect(first).toMatchObject({ kind: 'recent', id: said.at(-recent.length - 1)?.id, reason: 'budget' })
    expect(omittedCount).toBeGreaterThanOrEqual(omitted.length)
  })

  it('are followed by those of the request, which are told once', async () => {
    await say(ada, here.id, 'one', 'two')
    await append(ada, pathOf(here), { role: 'assistant', content: 'three' })
    const turns = ['two', 'three', 'four'].map((content) => ({
      role: content === 'three' ? ('assistant' as const) : ('user' as const),
      content,
    }))
    const { recent } = await build({ conversationId: here.id, turns })
    expect(recent.map(({ content, id, seq }) => [content, id !== null, seq])).toEqual([
      ['one', true, 1],
      ['two', true, 2],
      ['three', true, 3],
      ['four', false, null],
    ])
    expect(textsOf(await build({ turns })).recent).toEqual(['two', 'three', 'four'])
    const other = { role: 'user' as const, content: 'something else' }
    const followed = await build({ conversationId: here.id, turns: [other] })
    expect(textsOf(followed).recent).toEqual(['one', 'two', 'three', 'something else'])
  })

  it('hold the question, cut where it is longer than its share', async () => {
    await say(ada, here.id, 'before')
    const [long] = await say(ada, here.id, `${FACTS[0]} ${words(3_000)} sourdough?`)
    await say(ada, (await openConversation(ada)).id, 'the sourdough of yesterday')
    const { recent, recalled, tokens } = await build({ conversationId: here.id, budgetTokens: 5_000 })
    expect(recent.at(-1)).toMatchObject({ id: long?.id, truncated: true })
    expect(long?.content.startsWith(recent.at(-1)?.content ?? 'x')).toBe(true)
    // It was searched for by its end, too.
    expect(recalled[0]).toMatchObject({ content: 'the sourdough of yesterday' })
    expect(tokens.used).toBeLessThanOrEqual(5_000)
  })

  it('come with the system prompt, at most half of the budget of it', async () => {
    const { id } = await openConversation(ada, { systemPrompt: words(1_000, 'rule') })
    await say(ada, id, 'Hello')
    const cut = await build({ conversationId: id, budgetTokens: 400 })
    expect(cut.systemPrompt).toMatchObject({ truncated: true, content: expect.stringMatching(/^rule0 .* rule\d+$/) })
    expect(cut.tokens.systemPrompt).toBeLessThanOrEqual(200)
    expect(textsOf(cut).recent).toEqual(['Hello'])
    expect((await build({ conversationId: id, budgetTokens: 20_000 })).systemPrompt).toMatchObject({ truncated: false })
  })
})

describe('What is recalled', () => {
  it('is never among the recent turns, nor shown twice', async () => {
    await say(ada, here.id, FACTS[0] ?? '', QUESTION)
    const other = await openConversation(ada)
    await say(ada, other.id, 'Of apple trees', 'Of apple trees', FACTS[0] ?? '')
    await put(ada, { content: FACTS[0] })
    const built = await build({ conversationId: here.id })
    expect(textsOf(built)).toMatchObject({ recent: [FACTS[0], QUESTION], recalled: ['Of apple trees'] })
    expect(built.passages).toEqual([])
    // Of equal messages the search shows one.
    expect(omittedAs(built, 'duplicate')).toHaveLength(1)
    expect(omittedAs(built, 'in_recent')).toHaveLength(2)
  })

  it('may be what the same conversation said long before', async () => {
    const [fact] = await say(ada, here.id, FACTS[0] ?? '')
    await say(ada, here.id, ...Array.from({ length: 40 }, (_, i) => `${i} ${words(40, 'filler')}`), QUESTION)
    const { recent, recalled } = await build({ conversationId: here.id, budgetTokens: 1_000 })
    expect(recent.map(({ id }) => id)).not.toContain(fact?.id)
    expect(idsOf(recalled)).toContain(fact?.id)
  })

  it('has room for others where the conversation itself says most of it', async () => {
    await say(ada, here.id, ...Array.from({ length: 12 }, (_, i) => `Apple trees number ${i}`))
    const [fact] = await say(ada, (await openConversation(ada)).id, FACTS[0] ?? '')
    const { recalled } = await build({ conversationId: here.id, query: 'apple trees', limit: 1 })
    expect(idsOf(recalled)).toEqual([fact?.id])
  })
})
