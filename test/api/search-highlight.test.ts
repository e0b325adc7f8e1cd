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

  it.each([
    ['without accents', 'Ein Café in Köln', 'cafe koln', 'Ein <mark>Café</mark> in <mark>Köln</mark>'],
    ['with accents', 'Ein Cafe', 'café', 'Ein <mark>Cafe</mark>'],
    ['inflected otherwise', 'Plums and cherries', 'plum cherry', '<mark>Plums</mark> and <mark>cherries</mark>'],
    ['in a script without spaces', '北京大学的图书馆很大', '图书馆', '北京大学的<mark>图书馆</mark>很大'],
    ['in Thai', 'ปลาทูน่าอร่อยมาก', 'อร่อย', 'ปลาทูน่า<mark>อร่อย</mark>มาก'],
    ['in Korean', '서울에서 부산까지', '부산까지', '서울에서 <mark>부산까지</mark>'],
    ['in full width', 'Ｆｕｌｌ width', 'full', '<mark>Ｆｕｌｌ</mark> width'],
    [
      'as part of a path',
      'See src/DatePicker.vue there',
      'datepicker.vue',
      'See src/<mark>DatePicker.vue</mark> there',
    ],
    ['as part of a name', 'getUserById failed', 'user', '<mark>getUserById</mark> failed'],
    ['with a soft hyphen', 'Das Apfel\u00admus kocht', 'apfelmus', 'Das <mark>Apfel\u00admus</mark> kocht'],
    ['with a zero-width non-joiner', 'او می\u200cخواهد برود', 'می\u200cخواهد', 'او <mark>می\u200cخواهد</mark> برود'],
    ['in half-width Kana', 'ｶﾀｶﾅ で書く', 'カタカナ', '<mark>ｶﾀｶﾅ</mark> で書く'],
    ['that are signs', 'So good 🎉 now', '🎉', 'So good <mark>🎉</mark> now'],
    ['that are excluded', 'Red wine', 'wine -beer', 'Red <mark>wine</mark>'],
    [
      'that say nothing, where there is nothing else',
      'To be or not to be',
      'to be',
      '<mark>To</mark> <mark>be</mark> or not <mark>to</mark> <mark>be</mark>',
    ],
  ])('marks words %s', async (_, text, query, expected) => {
    expect(await highlightOf(text, query)).toBe(expected)
  })

  it('is the whole of a text of up to 400 characters', async () => {
    const text = `${'lorem ipsum '.repeat(32)}needle`
    expect(await highlightOf(text, 'needle')).toBe(text.replace('needle', '<mark>needle</mark>'))
  })

  it.each([
    ['accents that are characters of their own', 'te\u0302te be\u0301be\u0301 '],
    ['soft hyphens', 'Apfel\u00admus\u00adtopf kocht '],
    ['half-width Kana', 'ｶﾞｷﾞｸﾞ で '],
    ['ligatures', 'ﬃ Straße œuvre '],
  ])('shows what stands around the words behind many %s', async (_, filler) => {
    const text = filler.repeat(15_000 / filler.length)
    expect(await highlightOf(`${text}needle ${text}`.slice(0, 19_900), 'needle')).toContain('<mark>needle</mark>')
  })

  it.each([
    ['in the middle', 200, 200],
    ['at the beginning', 0, 200],
    ['at the end', 200, 0],
    ['far behind', 1_500, 100],
  ])('shows what stands around the words, of a long text: %s', async (_, before, after) => {
    const text = `${'lorem ipsum '.repeat(before)}needle ${'dolor sit '.repeat(after)}`.trim()
    const highlight = (await highlightOf(text, 'needle')) ?? ''
    expect(highlight).toContain('<mark>needle</mark>')
    const passage = highlight.replaceAll(/<\/?mark>/g, '')
    expect(text).toContain(passage)
    expect(passage.length).toBeLessThanOrEqual(320)
    if (after > 0) expect(passage.length).toBeGreaterThan(200)
    // Whole words only.
    for (const word of passage.split(' ')) expect(['lorem', 'ipsum', 'needle', 'dolor', 'sit']).toContain(word)
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
