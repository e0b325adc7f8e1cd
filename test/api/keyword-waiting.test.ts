import { beforeEach, describe, expect, inject, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { idsOf, openConversation, providerDown, queryAsSuperuser, say, search } from './helpers.ts'

/** Nothing that it stores ever gets a vector: what is found here is found by its words. */
const api = createApi(providerDown())
/** Its background work is refused by the database. */
const unswept = createApi({
  ...providerDown(),
  DATABASE_URL_SYSTEM: inject('bindings').DATABASE_URL_SYSTEM.replace('parley_system', 'parley_nobody'),
})

let ada: TestUser
let conversation: string

beforeEach(async () => {
  ada = await api.newUser()
  conversation = (await openConversation(ada)).id
})

const LONG = 'lorem ipsum dolor sit amet '.repeat(1_000)
/** One in each text. */
const each = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel']
const texts = each.map((word) => `${word} ${LONG}`)
const found = async (query: string) => (await search(ada, { query, mode: 'keyword', limit: 50 })).data
/** How many texts have each of these words, equal ones as well. One after the other: of searches, a user runs four at a time. */
async function foundOf(words: readonly string[]): Promise<number[]> {
  const counts: number[] = []
  for (const word of words) counts.push((await found(word)).reduce((sum, { copies }) => sum + copies, 0))
  return counts
}

describe('What one request stores beyond what takes a moment', () => {
  it('is found by its words as soon as the work after the answer is done', async () => {
    await say(ada, conversation, ...texts)
    expect(await foundOf(each)).toEqual(each.map(() => 1))
  })

  it('is found by its words after the next sweep, where that work came to nothing', async () => {
    await say(unswept.as(ada), conversation, ...texts)
    expect(await foundOf(each)).toEqual([1, 1, 0, 0, 0, 0, 0, 0])
    expect(await found('lorem')).toHaveLength(2)
    await api.sweep()
    expect(await foundOf(each)).toEqual(each.map(() => 1))
  })

  it('is found by its new words alone, where it changes while the old ones wait', async () => {
    const ids = await say(unswept.as(ada), conversation, ...texts)
    const last = `/v1/conversations/${conversation}/messages/${ids.at(-1)?.id}`
    await unswept.as(ada).patch(last, { content: 'short now' })
    await api.sweep()
    expect(await foundOf(['hotel', 'short', 'golf'])).toEqual([0, 1, 1])
  })

  it('is not found once it is deleted, indexed or not', async () => {
    await say(unswept.as(ada), conversation, ...texts)
    await ada.delete(`/v1/conversations/${conversation}`)
    await api.sweep()
    expect(await found('lorem')).toEqual([])
  })

  it('is copied by a fork with the words that it has, and the others follow', async () => {
    await say(unswept.as(ada), conversation, ...texts)
    await unswept.as(ada).post(`/v1/conversations/${conversation}/fork`, {})
    await api.sweep()
    expect(await foundOf(each)).toEqual(each.map(() => 2))
  })
})

describe('Words that an earlier release has read', () => {
  it('are found as they are, and read anew by the next sweep', async () => {
    const [message] = await say(ada, conversation, 'Configuração of PlumStore')
    const { id: titled } = await openConversation(ada, { title: 'Über QuinceStore' })
    await say(ada, titled, 'A text with other words')
    const document = await put(ada, { title: 'Ações', content: 'Configuração of PearStore' })
    const before = `search = to_tsvector('simple', content), words_version = 0`
    await queryAsSuperuser(`update messages set ${before} where id = $1`, [message?.id])
    await queryAsSuperuser(`update document_chunks set ${before} where document_id = $1`, [document.id])
    await queryAsSuperuser(`update conversations set title_words = null, words_version = 0 where id = $1`, [titled])
    const words = ['configuração', 'configuracao', 'plum', 'pear', 'acoes', 'quince']
    expect(await foundOf(words)).toEqual([2, 0, 0, 0, 0, 0])
    const read = () => ada.get(`/v1/conversations/${titled}`)
    const tag = (await read()).headers.get('etag')
    await api.sweep()
    expect(await foundOf(words)).toEqual([2, 2, 1, 1, 1, 1])
    expect((await read()).headers.get('etag')).toBe(tag)
  })
})

it('All chunks of a long document are found by their words', async () => {
  const { id } = await put(ada, { content: texts.join('\n\n') })
  expect(idsOf(await found('alpha'))).toHaveLength(1)
  expect(idsOf(await found('hotel'))).toHaveLength(1)
  await ada.patch(`/v1/documents/${id}`, { title: 'Renamed' })
  expect((await found('renamed')).length).toBe((await found('lorem')).length)
})
