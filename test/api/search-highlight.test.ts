import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { type Message, openConversation, type Page, providerDown, read, say, search } from './helpers.ts'

const api = createApi()
/** Nothing that it stores ever gets a vector: what is found here is found by its words. */
const down = createApi(providerDown())

let ada: TestUser
let conversation: string

beforeEach(async () => {
  ada = down.as(await api.newUser())
  conversation = (await openConversation(ada)).id
})

const keyword = (query: string, options: object = {}) => search(ada, { query, mode: 'keyword', limit: 50, ...options })
const pathOf = (message: Message) => `/v1/conversations/${conversation}/messages/${message.id}`

const highlightOf = async (text: string, query: string, options: object = {}) => {
  await say(ada, conversation, text)
  return (await keyword(query, options)).data[0]?.highlight
}

describe('A highlight', () => {
  it('marks the words that say something, and escapes all else', async () => {
    expect(await highlightOf(`See <script>alert("Tom's")</script> & <b>so on</b> &amp; on`, 'alert so')).toBe(
      'See &lt;script&gt;<mark>alert</mark>(&quot;Tom&#39;s&quot;)&lt;/script&gt; &amp; &lt;b&gt;so on&lt;/b&gt; &amp;amp; on',
    )
  })

  it.each([
    [
      'marks of its own',
      'No <mark>none</mark> but this',
      'this',
      'No &lt;mark&gt;none&lt;/mark&gt; but <mark>this</mark>',
    ],
    ['control characters', 'Of \u0002one\u0003 and \u0003two\u0002', 'two', 'Of one and <mark>two</mark>'],
    ['words in other scripts', 'Ёжик в тумане', 'тумане', 'Ёжик в <mark>тумане</mark>'],
    ['emoji', 'She 👩🏽‍💻 writes code 🚀 now', 'code', 'She 👩🏽‍💻 writes <mark>code</mark> 🚀 now'],
  ])('of a text with %s', async (_, text, query, expected) => {
    expect(await highlightOf(text, query)).toBe(expected)
  })

  it('marks the words that began, and each of several', async () => {
    expect(await highlightOf('Gardens and gardening', 'gard', { prefix: true })).toBe(
      '<mark>Gardens</mark> and <mark>gardening</mark>',
    )
    expect(await highlightOf('Red two blue', 'blue red')).toBe('<mark>Red</mark> two <mark>blue</mark>')
  })

  it('shows the passages with the words, of a long text', async () => {
    const filler = 'lorem ipsum '.repeat(200)
    const highlight = await highlightOf(`${filler} needle ${filler}`, 'needle')
    expect(highlight).toContain('<mark>needle</mark>')
    expect(highlight?.length).toBeLessThan(500)
  })

  it('is short, and has as many ends as beginnings, whatever the text is made of', async () => {
    for (const noise of ['\u0001', '<', '春', '&quot;', '- ', '\u0002', '\u0003', 'a/b.c']) {
      const highlight = await highlightOf(`needle ${noise.repeat(19_000 / noise.length)} thread`, 'needle or thread')
      const tags = highlight?.match(/<\/?mark>/g) ?? []
      expect(tags.length).toBeGreaterThan(0)
      expect(tags).toEqual(tags.map((_, i) => (i % 2 === 0 ? '<mark>' : '</mark>')))
      const text = highlight?.replaceAll(/<\/?mark>/g, '') ?? ''
      expect(['<', '>', '\u0002', '\u0003'].filter((sign) => text.includes(sign))).toEqual([])
      expect(highlight?.length).toBeLessThan(15_000)
      const { data } = await read<Page<Message>>(ada.get(`/v1/conversations/${conversation}/messages`))
      await Promise.all(data.map((message) => ada.delete(pathOf(message))))
    }
  })

  it('is null where the words are not what was found', async () => {
    const user = api.as(ada)
    await say(user, conversation, 'The refrigerator hums')
    expect((await search(user, { query: 'refridgerator' })).data).toMatchObject([
      { highlight: null, scoring: { keywordRank: null } },
    ])
  })
})
