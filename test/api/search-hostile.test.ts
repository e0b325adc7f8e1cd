// @module-tag slow
import { beforeEach, describe, expect, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectRefused, openConversation, providerDown, say, search } from './helpers.ts'

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

const HOSTILE = [
  `'`,
  `''''`,
  `"`,
  `""`,
  `"unfinished phrase`,
  `\\`,
  `\\\\'`,
  `a\\`,
  `a':*`,
  `:*`,
  `a:*B`,
  `a:ABCD & b`,
  `!`,
  `!!!a`,
  `&|!()<->`,
  `a <-> b`,
  `a <2> b`,
  `<99999999>`,
  `a <99999> b`,
  `(((`,
  `a & & b`,
  `-`,
  `--a`,
  `-"a b`,
  `- -a -`,
  `or`,
  `or or or`,
  `a or`,
  `or a`,
  `a or or b`,
  `"or"`,
  `$1 $2 %s {}`,
  `'; drop table messages; --`,
  `a\u0001b\u0002c\u0003`,
  `\u202Eright to left`,
  `👩🏽‍💻`,
  `👩🏽‍💻 🚀 `,
  `春はあけぼの`,
  `ようよう白く or なりゆく`,
  `\uFEFF`,
  `\u00A0`,
  `e\u0301 é`,
  `İstanbul ŞİŞLİ ß ſ`,
  `x'y"z\\w`,
  `http://example.com/a?b=c&d=<e> user@example.com 1.2.3.4 -5e-3 /usr/local`,
  `<b>bold</b> &amp;`,
  `{"json": ["a", 1]}`,
  `a`.repeat(8_000),
  `Ⱥ`.repeat(2_000),
  `${'Ⱥ'.repeat(1_000)} ${'İ'.repeat(1_000)}`,
  `'`.repeat(8_000),
  `"`.repeat(8_000),
  `\\`.repeat(8_000),
  `-`.repeat(8_000),
  `a-`.repeat(4_000),
  `-a `.repeat(2_666),
  `- `.repeat(3_999),
  `(-`.repeat(4_000),
  `-(`.repeat(4_000),
  `-""`.repeat(2_600),
  `-"`.repeat(4_000),
  `-ß`.repeat(4_000),
  `!-`.repeat(4_000),
  `-'`.repeat(4_000),
  `-:`.repeat(4_000),
  `-\\`.repeat(4_000),
  `a or `.repeat(1_600),
  `"a b" `.repeat(1_300),
  `(`.repeat(8_000),
  `🚀`.repeat(4_000),
  `a.`.repeat(4_000),
]

/** A hybrid search reads its query the same ways. */
const OPTIONS = [{}, { prefix: true }, { match: 'all' }, { match: 'all', prefix: true }]

describe('A hostile query', () => {
  it.each(['keyword', 'hybrid'])('is answered, by %s', { timeout: 120_000 }, async (mode) => {
    const user = api.as(ada)
    await say(user, conversation, 'a b c or x', ...HOSTILE.map((text) => text.slice(0, 5_000)))
    for (const query of HOSTILE) {
      for (const options of mode === 'keyword' ? OPTIONS : [{}]) {
        const response = await user.post('/v1/search', { query, mode, ...options })
        // Those without a word are refused.
        const status = /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(query) ? 200 : 400
        expect([query.slice(0, 50), options, response.status]).toEqual([query.slice(0, 50), options, status])
        await response.text()
      }
    }
  })

  it('has words only that say little, and finds what has them', async () => {
    const content = 'The one that is of the other'
    await put(ada, { content, language: 'english' })
    for (const options of [{}, { prefix: true }, { match: 'all' }]) {
      expect(await keyword('the of is', { ...options, sources: ['document'] })).toMatchObject({ data: [{ content }] })
    }
  })

  it('finds the text that it is', async () => {
    await say(ada, conversation, `x'y"z\\w`, '1.2.3.4', 'user@example.com')
    for (const query of [`x'y"z\\w`, '1.2.3.4', 'user@example.com']) {
      expect((await keyword(query)).data).toMatchObject([{ content: query }])
    }
  })

  it('of 1,600 words is answered before the database is out of time', { timeout: 60_000 }, async () => {
    const words = Array.from({ length: 1_600 }, (_, i) => (i + 1_000).toString(36).padStart(3, 'z'))
    const texts = Array.from({ length: 12 }, (_, i) => `${words.slice(i).join(' ')} ${words.slice(0, i).join(' ')} `)
    await say(ada, conversation, ...texts.map((text) => text.repeat(3)))
    for (const match of ['any', 'all']) expect((await keyword(words.join(' '), { match })).data).toHaveLength(12)
  })

  it('with a NUL byte is refused', async () => {
    await expectRefused(await ada.post('/v1/search', { query: 'a\0b', mode: 'keyword' }), 'query')
    await expectRefused(await ada.post('/v1/search', { query: 'a\ud800b', mode: 'keyword' }), 'query')
  })
})
