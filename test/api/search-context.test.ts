import { beforeEach, describe, expect, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { append, type Found, openConversation, queryAs, read, say, search } from './helpers.ts'

const api = createApi()

let ada: TestUser
let conversation: string

beforeEach(async () => {
  ada = await api.newUser()
  conversation = (await openConversation(ada)).id
})

const around = async (query: string, context: number) => {
  const { data } = await search(ada, { query, mode: 'keyword', context })
  const [hit] = data
  expect(data).toHaveLength(1)
  if (!hit?.context) return hit?.context
  for (const { role } of [...hit.context.before, ...hit.context.after]) expect(role).toBe('user')
  return [hit.context.before.map(({ content }) => content), hit.context.after.map(({ content }) => content)]
}
const path = () => `/v1/conversations/${conversation}/messages`
const add = (content: string, parentId: string | null | undefined) =>
  append(ada, path(), { role: 'user', content, parentId })

const firstWords = (list: { content: string; role: string | null }[] = []) =>
  list.map(({ content, role }) => [content.split(' ')[0], role])

describe('The context of a message', () => {
  it('is what was said before and after it, as much as was asked for', async () => {
    await say(ada, conversation, 'one', 'two', 'three', 'four', 'five', 'six', 'seven')
    expect(await around('four', 0)).toBeUndefined()
    expect(await around('four', 1)).toEqual([['three'], ['five']])
    expect(await around('four', 2)).toEqual([
      ['two', 'three'],
      ['five', 'six'],
    ])
    expect(await around('four', 5)).toEqual([
      ['one', 'two', 'three'],
      ['five', 'six', 'seven'],
    ])
    expect(await around('one', 2)).toEqual([[], ['two', 'three']])
    expect(await around('seven', 2)).toEqual([['five', 'six'], []])
  })

  it('leaves out what is deleted, and reaches no further for it', async () => {
    const said = await say(ada, conversation, 'one', 'two', 'three', 'four', 'five', 'six', 'seven')
    for (const i of [2, 5]) await ada.delete(`${path()}/${said[i]?.id}`)
    expect(await around('four', 1)).toEqual([[], ['five']])
    expect(await around('four', 2)).toEqual([['two'], ['five']])
    expect(await around('four', 3)).toEqual([
      ['one', 'two'],
      ['five', 'seven'],
    ])
  })

  it('goes along the branch, and shows nothing of its siblings', async () => {
    const [root, fork, left] = await say(ada, conversation, 'root', 'fork', 'left', 'larboard')
    const right = await add('right', fork?.id)
    await add('starboard', right.id)
    const second = await add('second', root?.id)
    await add('third', second.id)
    const beginning = await add('beginning', null)
    await add('goes on', beginning.id)
    expect(await around('left', 5)).toEqual([['root', 'fork'], ['larboard']])
    expect(await around('right', 5)).toEqual([['root', 'fork'], ['starboard']])
    expect(await around('starboard', 1)).toEqual([['right'], []])
    expect(await around('second', 5)).toEqual([['root'], ['third']])
    expect(await around('beginning', 5)).toEqual([[], ['goes on']])
    expect(await around('fork', 1)).toEqual([['root'], ['left']])
    await ada.delete(`${path()}/${left?.id}`)
    expect(await around('larboard', 5)).toEqual([['root', 'fork'], []])
  })

  it('shows the beginnings of long texts', async () => {
    await say(ada, conversation, 'long '.repeat(1_000), 'short')
    expect(await around('short', 1)).toEqual([['long '.repeat(200)], []])
  })
})

describe('The context of a chunk', () => {
  it('is the chunks beside it', async () => {
    const names = ['alpha', 'bravo', 'charlie', 'delta', 'echo']
    const content = names.map((name) => `${name} ${'lorem ipsum dolor '.repeat(14)}`.trim()).join('\n\n')
    await put(ada, { content, chunking: { size: 270, overlap: 0 } })
    const { data } = await search(ada, { query: 'charlie', mode: 'keyword', context: 2 })
    expect(data).toMatchObject([{ source: 'document', position: 2, start: content.indexOf('charlie') }])
    expect(firstWords(data[0]?.context?.before)).toEqual([
      ['alpha', null],
      ['bravo', null],
    ])
    expect(firstWords(data[0]?.context?.after)).toEqual([
      ['delta', null],
      ['echo', null],
    ])
    const [first] = (await search(ada, { query: 'alpha', mode: 'keyword', context: 1 })).data
    expect([firstWords(first?.context?.before), firstWords(first?.context?.after)]).toEqual([[], [['bravo', null]]])
    const hit = data[0]
    expect(content.slice(hit?.start, hit?.end)).toBe(hit?.content)
  })
})

describe('A long text', () => {
  it(
    'is cut off, and 50 of the worst make an answer that Neon lets through',
    { timeout: 120_000, tags: 'slow' },
    async () => {
      const path = `/v1/conversations/${conversation}/messages`
      // Each character is six or more in JSON, and Neon puts JSON into JSON.
      const worst = `needle ${'\u0001'.repeat(9_000)} "\\${'<"\\'.repeat(30_000)} thread`
      for (let i = 0; i < 60; i++) await read(ada.post(path, { role: 'user', content: `${i} ${worst}` }), 201)
      await queryAs(ada.sub, `update messages set metadata = jsonb_build_object('quotes', repeat('"', 16300))`)
      const [long] = await say(ada, conversation, `giant ${'g'.repeat(199_990)}`)
      const response = await ada.post('/v1/search', { query: 'needle or thread', limit: 50, context: 5 })
      const text = await response.text()
      expect(response.status).toBe(200)
      expect(text.length).toBeLessThan(10 * 2 ** 20)
      const { data } = JSON.parse(text) as Found
      expect(data).toHaveLength(50)
      expect(data[0]).toMatchObject({ truncated: true, content: expect.stringContaining(worst.slice(0, 7_000)) })
      const [hit] = (await search(ada, { query: 'giant' })).data
      expect(hit).toMatchObject({ id: long?.id, truncated: true })
      expect(hit?.content).toHaveLength(8_000)
    },
  )
})
