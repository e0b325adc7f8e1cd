import { beforeEach, describe, expect, inject, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import {
  expectRefused,
  idsOf,
  type Message,
  openConversation,
  providerDown,
  queryAsSuperuser,
  say,
  search,
} from './helpers.ts'

const api = createApi()
/** Nothing that it stores ever gets a vector: what is found here is found by its words. */
const down = createApi(providerDown())

let ada: TestUser

beforeEach(async () => {
  ada = down.as(await api.newUser())
})

/** Each in a conversation of its own: what stands around a message helps to find it. */
async function store(user: TestUser, ...texts: string[]): Promise<Message[]> {
  const said: Message[] = []
  for (const text of texts) said.push(...(await say(user, (await openConversation(user)).id, text)))
  return said
}
const keyword = (query: string, options: object = {}, user = ada) =>
  search(user, { query, mode: 'keyword', limit: 50, ...options })
/** What the hits say, the best first. */
const ranked = async (query: string, options: object = {}) =>
  (await keyword(query, options)).data.map(({ content }) => content)
const noise = ['Nothing to see here', 'Meanwhile, somewhere else', 'Lunch is at noon', 'Please water the plants']

describe('Texts are ranked', () => {
  it('by all words side by side, all words, and any of them', async () => {
    const side = 'We met at the old stone bridge in the evening'
    const all = 'A bridge of stone'
    const any = ['stone stone stone', 'bridge']
    await store(ada, ...any, all, side, ...noise)
    const found = await keyword('stone bridge')
    expect(found.data.map(({ content }) => content)).toEqual([side, all, ...any])
    // Whole tiers lie between them.
    expect(found.data.map(({ score }) => Math.floor(score * 3))).toEqual([2, 1, 0, 0])
  })

  it('by the rarity of the words that they have', async () => {
    await store(ada, 'tea with milk', 'tea with lemon', 'tea with honey', 'coffee')
    expect((await ranked('tea coffee'))[0]).toBe('coffee')
  })

  it("by the rarity of words in the user's own texts, whatever others write", async () => {
    const eve = down.as(await api.newUser())
    await store(eve, 'violin', 'violin again', 'violin once more')
    await store(ada, 'violin', 'drum', 'drum again', 'drum once more', ...noise)
    expect((await ranked('drum violin'))[0]).toBe('violin')
  })

  it('by how often they have a word, and how short they are', async () => {
    const often = 'lantern lantern lantern and so on and so forth'
    const short = 'lantern, once and so on'
    const long = `lantern, and then ${'a lot of something else '.repeat(10)}`.trim()
    await store(ada, long, short, often, ...noise)
    expect(await ranked('lantern')).toEqual([often, short, long])
  })

  it('with words that say nothing left out, unless there are no others', async () => {
    await store(ada, 'How do I get to the top of it', 'Pruning a pear tree', ...noise)
    expect(await ranked('how do I prune it')).toEqual(['Pruning a pear tree'])
    expect(await ranked('how do I')).toEqual(['How do I get to the top of it'])
  })

  it('with the words of titles', async () => {
    const { id } = await openConversation(ada, { title: 'Moving to Lisbon' })
    await say(ada, id, 'What does a truck cost?', 'Some 800 euros', 'And boxes?')
    await store(ada, 'A truck passed by', ...noise)
    await put(ada, { title: 'Lisbon', content: 'Where to stay' })
    expect((await ranked('lisbon truck'))[0]).toBe('What does a truck cost?')
    expect((await ranked('lisbon')).toSorted()).toEqual(['Some 800 euros', 'What does a truck cost?', 'Where to stay'])
    await ada.patch(`/v1/conversations/${id}`, { title: 'Moving to Porto' })
    expect(await ranked('lisbon')).toEqual(['Where to stay'])
    expect((await ranked('porto')).toSorted()).toEqual(['Some 800 euros', 'What does a truck cost?'])
  })

  it('with what stands around a message in its conversation', async () => {
    await store(ada, 'How long does it take to ferment?', ...noise)
    const { id } = await openConversation(ada)
    await say(ada, id, 'Let us talk about kimchi', 'How long does it take to ferment?!', 'Two days')
    expect((await ranked('how long does kimchi ferment')).slice(0, 2)).toEqual([
      'How long does it take to ferment?!',
      'Let us talk about kimchi',
    ])
  })
})

describe('Of texts that match as well', () => {
  it.each(['keyword', 'hybrid'])('the newer one comes first, by %s', async (mode) => {
    const user = mode === 'keyword' ? ada : api.as(ada)
    const said = await store(user, 'A note, one', 'A note, two', 'A note, six', 'A note, ten')
    expect(idsOf((await keyword('note', { mode })).data)).toEqual(idsOf(said).toReversed())
    await queryAsSuperuser(`update messages set created_at = now() + interval '1 hour' where id = $1`, [said[1]?.id])
    expect((await keyword('note', { mode })).data[0]).toMatchObject({ id: said[1]?.id })
  })

  it('the one that was said later in one request comes first', async () => {
    const { id } = await openConversation(ada)
    const said = await say(ada, id, 'A note, one', 'Nothing', 'A note, two')
    expect(idsOf((await keyword('note')).data)).toEqual([said[2]?.id, said[0]?.id])
  })
})

describe('Equal texts', () => {
  it.each(['keyword', 'hybrid', 'semantic'])('are shown once, the newest, with their number: %s', async (mode) => {
    const user = mode === 'keyword' ? ada : api.as(ada)
    const said = await store(user, 'Good morning', 'Good morning', 'Good evening', 'Good morning')
    const { data, nextCursor } = await keyword('good morning', { mode, limit: 2 }, user)
    expect(data).toMatchObject([
      { id: said[3]?.id, copies: 3 },
      { id: said[2]?.id, copies: 1 },
    ])
    expect(nextCursor).toBeNull()
  })

  it('are those of one source, and those that say the same to the letter', async () => {
    await store(ada, 'Good morning', 'good morning', 'Good morning!')
    await put(ada, { content: 'Good morning' })
    const { data } = await keyword('good morning')
    expect(data.map(({ copies }) => copies)).toEqual([1, 1, 1, 1])
  })

  it('are counted among those that the filter leaves', async () => {
    const [first] = await store(ada, 'Good morning', 'Good morning')
    const filter = { conversationId: first?.conversationId }
    expect((await keyword('morning', { filter })).data).toMatchObject([{ id: first?.id, copies: 1 }])
  })

  it('that differ far behind are not equal', async () => {
    const long = 'morning '.repeat(600)
    await store(ada, `${long}one`, `${long}two`)
    expect((await keyword('morning')).data.map(({ copies }) => copies)).toEqual([1, 1])
  })
})

describe('Plain speech stays plain', () => {
  it.each([
    ['tar -xzf archive.tar.gz', 'Unpack it: tar -xzf archive.tar.gz', 'tar czf backup.tar .'],
    ['git commit -m', 'Then run git commit -m "Fix the build"', 'git push comes next'],
    ['ls -la /var/log', 'Try ls -la /var/log there', 'The log is elsewhere'],
    ['docker run --rm -it alpine', 'docker run --rm -it alpine sh', 'docker ps'],
    ['grep -v "error" app.log', 'grep -v "error" app.log | less', 'grep something'],
    ['should I use pnpm or bun', 'I would use pnpm', 'bun is fast'],
    [
      'why do I get "permission denied (publickey)" from ssh?',
      'ssh says permission denied (publickey) again',
      'ssh is a protocol',
    ],
    ['5" pipe and 3" pipe', 'A 5" pipe and a 3" pipe', 'A pipe'],
    [`what's a "monad`, 'A monad is a burrito', 'A burrito'],
    ['to be or not to be', 'To be or not to be, that is the question', 'That is the answer'],
    ['rate 10:30 -- 11:30', 'Rate it between 10:30 and 11:30', 'Half past ten'],
    ['x = y & (z | !w)', 'x = y & (z | !w)', 'w'],
    ['me OR you?', 'you and me', 'it'],
  ])('%s', async (query, text, other) => {
    await store(ada, other, text, ...noise)
    expect((await ranked(query))[0]).toBe(text)
  })
})

describe('An operator', () => {
  const RED = 'Red wine from Spain'
  const WHITE = 'White wine from France'
  const BEER = 'Beer from Spain, red label'
  const FLAG = 'Use wine -spain for it'
  beforeEach(async () => void (await store(ada, RED, WHITE, BEER)))

  it.each([
    ['a minus before a word', 'wine -red', [WHITE]],
    ['a minus before a word that is not there', 'wine -rosé', [RED, WHITE]],
    ['a minus before a phrase', 'spain -"red wine"', [BEER]],
    ['a minus at the beginning, where a word follows', '-red wine', [WHITE]],
    ['several of them', 'from -wine -beer', []],
    ['quotes', '"red wine"', [RED]],
    ['quotes around words the other way round', '"wine red"', []],
    ['quotes around words with a gap', '"wine spain"', []],
    ['quotes around one word, which has to be there', 'red "spain" label', [BEER, RED]],
    ['English quotes', '“red wine”', [RED]],
    ['German quotes', '„red wine“', [RED]],
    ['French quotes', '« red wine »', [RED]],
    ['French quotes the other way round', '»red wine«', [RED]],
    ['typographic quotes after a minus', 'spain -“red wine”', [BEER]],
    ['OR between typographic quotes', '„red wine“ OR «white wine»', [RED, WHITE]],
    ['two phrases', '"red label" "from spain"', [BEER]],
    ['OR', 'beer OR france', [BEER, WHITE]],
    ['OR between a phrase and a word', '"red wine" OR france', [RED, WHITE]],
    ['OR of three', 'beer OR france OR wine', [BEER, RED, WHITE]],
    ['OR beside another word', 'spain beer OR france', [BEER, WHITE]],
    ['OR, and a minus', 'red OR white -beer', [RED, WHITE]],
    ['a minus before OR, which is a word then', 'red -wine OR nothing', [BEER]],
    ['a minus that has nothing else to go with, which is none', '-red', [BEER, RED]],
    ['a minus within a word, which is none', 'red-wine', [BEER, RED, WHITE]],
    ['two minuses, which are none', '--red', [BEER, RED]],
    ['a minus alone, which is none', 'france - red', [BEER, RED, WHITE]],
    ['quotes that do not end, which are none', '"red wine', [BEER, RED, WHITE]],
    ['typographic quotes that do not end, which are none', '“red wine', [BEER, RED, WHITE]],
    ['apostrophes, which are none', 'what’s ‘red wine’', [BEER, RED, WHITE]],
    ['or in small letters, which is none', 'beer or france', [BEER, WHITE]],
    ['OR with one side, which is none', 'beer OR', [BEER]],
    ['AND, which is none', 'beer AND france', [BEER, WHITE]],
  ])('is %s', async (_, query, expected) => {
    expect((await ranked(query)).toSorted()).toEqual(expected.toSorted())
  })

  it('holds in a hybrid search, too', async () => {
    const eve = await api.newUser()
    await store(eve, RED, WHITE, BEER)
    const found = async (query: string) =>
      (await search(eve, { query, limit: 50 })).data.map(({ content }) => content).toSorted()
    expect(await found('wine -red')).toEqual([WHITE])
    expect(await found('"red wine" from spain')).toEqual([RED])
    expect(await found('beer OR france')).toEqual([BEER, WHITE])
  })

  it('excludes the word, and not the flag that looks the same', async () => {
    await store(ada, FLAG)
    expect((await ranked('wine -spain')).toSorted()).toEqual([FLAG, WHITE].toSorted())
  })

  it('is none where the client says that it is plain text', async () => {
    const asked: [query: string, texts: string[]][] = [
      ['wine -red', [BEER, RED, WHITE]],
      ['"wine red"', [BEER, RED, WHITE]],
      ['beer OR france', [BEER, WHITE]],
      ['-red', [BEER, RED]],
    ]
    for (const [query, texts] of asked) {
      expect((await ranked(query, { syntax: 'plain' })).toSorted()).toEqual(texts.toSorted())
    }
  })

  it('may be asked for by name', async () => {
    expect(await ranked('wine -red', { syntax: 'operators' })).toEqual([WHITE])
    await expectRefused(await ada.post('/v1/search', { query: 'wine', syntax: 'lucene' }), 'syntax')
  })

  it.each(['all', 'any'])('means the same where %s of the words are asked for', async (match) => {
    expect(await ranked('wine -red', { match })).toEqual([WHITE])
    expect((await ranked('beer OR france', { match })).toSorted()).toEqual([BEER, WHITE].toSorted())
    expect(await ranked('"red label" spain', { match })).toEqual([BEER])
  })
})

describe('A hybrid search', () => {
  const PRUNE = 'Apple trees are pruned in late winter, before the buds open.'
  const others = ['Our train leaves at 9:40.', 'The invoice is overdue.', 'Bicycle chains must be oiled.']

  it('leaves out, and counts, what neither shares a word nor is alike', async () => {
    const user = api.as(ada)
    const [apple, ...rest] = await store(user, PRUNE, ...others)
    const found = await search(user, { query: 'pruning an apple tree', limit: 50 })
    expect(idsOf(found.data)).toEqual([apple?.id])
    expect(found.belowThreshold).toBe(rest.length)
    // By meaning alone there is nothing else to vouch for a text.
    const near = await search(user, { query: 'pruning an apple tree', mode: 'semantic', limit: 50 })
    expect(near).toMatchObject({ belowThreshold: 0 })
    expect(near.data).toHaveLength(1 + rest.length)
  })

  it('keeps what has a word, however little alike', async () => {
    const user = api.as(ada)
    const long = `tree ${'of quite another matter, namely invoices and overdue trains '.repeat(12)}`.trim()
    await store(user, PRUNE, long)
    const { data } = await search(user, { query: 'tree', limit: 50 })
    expect(data.map(({ content }) => content).toSorted()).toEqual([PRUNE, long].toSorted())
  })

  it('has no floor where nobody has measured the model, and the one that is set', async () => {
    // Whatever two texts say, its vectors have nothing in common.
    const settings = {
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_API_KEY: 'sk-do-not-leak',
      EMBEDDING_BASE_URL: `${inject('faults')}/embedder/ok`,
    }
    const user = createApi(settings).as(ada)
    const [apple, ...rest] = await store(user, PRUNE, ...others)
    const found = await search(user, { query: 'apple', limit: 50 })
    expect(found).toMatchObject({ belowThreshold: 0, degraded: false })
    expect(found.data[0]?.id).toBe(apple?.id)
    expect(found.data).toHaveLength(1 + rest.length)

    const strict = createApi({ ...settings, EMBEDDING_FLOOR: '0.3' }).as(ada)
    const { data, belowThreshold } = await search(strict, { query: 'apple', limit: 50 })
    expect(idsOf(data)).toEqual([apple?.id])
    expect(belowThreshold).toBe(rest.length)
  })
})

describe('A query', () => {
  it.each(['?!', '- - -', '""', '"..."', '« »', '。、', '()', '-'])(
    'with nothing to look for is refused: %s',
    async (query) => {
      for (const mode of [undefined, 'keyword', 'hybrid']) {
        await expectRefused(await ada.post('/v1/search', { query, mode }), 'query')
      }
    },
  )

  it.each(['?!', '- - -'])('with no word can be compared all the same: %s', async (query) => {
    const user = api.as(ada)
    const [said] = await store(user, query)
    expect((await search(user, { query, mode: 'semantic' })).data).toMatchObject([{ id: said?.id }])
  })

  it.each(['x', '7', '🎉', '🇩🇪', '♔', '℃', '㌖', '語', '-a', '!a', 'ก', '"a"'])(
    'with a letter, a digit or a sign is answered: %s',
    async (query) => {
      await store(ada, `It has ${query.replaceAll(/["!]/g, '')} in it`)
      expect((await keyword(query)).data).toHaveLength(1)
    },
  )
})
