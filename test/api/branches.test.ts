import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  append,
  type Conversation,
  expectProblem,
  expectRefused,
  type Message,
  openConversation,
  type Page,
  random,
  read,
} from './helpers.ts'

const api = createApi()
let ada: TestUser
let id: string
let path: string

beforeAll(async () => {
  ada = await api.newUser()
})
beforeEach(async () => {
  id = (await openConversation(ada)).id
  path = `/v1/conversations/${id}/messages`
})

type PathMessage = Message & { siblings?: { ids: string[]; position: number } }

const add = (content: string, parentId?: string | null) =>
  append(ada, path, { role: 'user', content, ...(parentId !== undefined && { parentId }) })
const addMany = async (messages: object[]) => (await read<Page<Message>>(ada.post(path, { messages }), 201)).data
const list = async (query = '') => (await read<Page<PathMessage>>(ada.get(`${path}?limit=100${query}`))).data
const shown = async (query = '') => (await list(query)).map(({ content }) => content).join(' ')

const walkPath = async (query: string) => {
  const rows: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<Message> = await read(ada.get(`${path}?limit=3${query}${cursor && `&cursor=${cursor}`}`))
    rows.push(...page.data.map(({ content }) => content))
    cursor = page.nextCursor
  }
  return rows
}

describe('A conversation with branches', () => {
  it('shows the way to what was said last, and keeps the rest', async () => {
    const question = await add('q1')
    const first = await add('a1')
    await add('q2')
    const again = await add('a1b', question.id)
    expect([question.parentId, first.parentId, again.parentId]).toEqual([null, question.id, question.id])
    expect(await shown()).toBe('q1 a1b')
    await add('q2b')
    expect(await shown()).toBe('q1 a1b q2b')
    expect(await shown('&view=tree')).toBe('q1 a1 q2 a1b q2b')
    expect((await list('&view=tree')).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(await shown(`&leafId=${first.id}`)).toBe('q1 a1')
  })

  it('begins anew beside the first message', async () => {
    await add('one')
    const edited = await add('one, edited', null)
    expect(edited.parentId).toBeNull()
    await add('answer')
    expect(await shown()).toBe('one, edited answer')
  })

  it('tells the siblings of each message and its place among them, when asked', async () => {
    const root = await add('root')
    const [a, b, c] = [await add('a', root.id), await add('b', root.id), await add('c', root.id)]
    await add('below')
    const [first, second, third] = await list('&siblings=true')
    expect(first?.siblings).toEqual({ ids: [root.id], position: 1 })
    expect(second?.siblings).toEqual({ ids: [a.id, b.id, c.id], position: 3 })
    expect(third?.siblings?.position).toBe(1)
    expect((await list())[0]).not.toHaveProperty('siblings')
    await ada.delete(`${path}/${a.id}`)
    expect((await list('&siblings=true'))[1]?.siblings).toEqual({ ids: [b.id, c.id], position: 2 })
  })

  it('puts siblings among the beginnings, too', async () => {
    const [a, b] = [await add('a', null), await add('b', null)]
    expect((await list('&siblings=true'))[0]?.siblings).toEqual({ ids: [a.id, b.id], position: 2 })
  })

  it('goes on behind a deleted leaf, and through a deleted message', async () => {
    await add('one')
    const two = await add('two')
    await add('three')
    await ada.delete(`${path}/${two.id}`)
    expect(await shown()).toBe('one three')
    const [, last] = await list()
    await ada.delete(`${path}/${last?.id}`)
    await add('four')
    expect(await shown()).toBe('one four')
    await read(ada.post(`${path}/${two.id}/restore`))
    expect(await shown()).toBe('one two four')
  })

  it('takes two answers to a stored message in one request', async () => {
    const root = await add('root')
    const answers = ['a', 'b'].map((content) => ({ role: 'assistant', content, parentId: root.id }))
    const [a, b] = await addMany(answers)
    expect(await shown()).toBe('root b')
    expect((await list('&siblings=true'))[1]?.siblings).toEqual({ ids: [a?.id, b?.id], position: 2 })
  })

  it('takes a whole tree in one request, parents before their children', async () => {
    const ids = Array.from({ length: 6 }, () => crypto.randomUUID())
    const said = (n: number, parent?: number | null) => ({
      id: ids[n],
      role: 'user',
      content: `m${n}`,
      ...(parent !== undefined && { parentId: parent === null ? null : ids[parent] }),
    })
    const data = await addMany([said(0), said(1), said(2, 0), said(3), said(4, 1), said(5, null)])
    expect(data.map(({ parentId }) => ids.indexOf(parentId ?? ''))).toEqual([-1, 0, 0, 2, 1, -1])
    expect(await shown()).toBe('m5')
    expect(await shown(`&leafId=${ids[3]}`)).toBe('m0 m2 m3')
    expect(await shown(`&leafId=${ids[4]}`)).toBe('m0 m1 m4')
  })

  it('refuses a parent that is no message of this conversation, all or none', async () => {
    const other = await openConversation(ada)
    const elsewhere = await append(ada, `/v1/conversations/${other.id}/messages`, { role: 'user', content: 'x' })
    const eve = await api.newUser()
    const eves = await openConversation(eve)
    const foreign = await append(eve, `/v1/conversations/${eves.id}/messages`, { role: 'user', content: 'x' })
    const gone = await add('gone')
    await ada.delete(`${path}/${gone.id}`)
    for (const parentId of [crypto.randomUUID(), elsewhere.id, foreign.id, gone.id]) {
      await expectRefused(await ada.post(path, { role: 'user', content: 'x', parentId }), 'parentId')
      const messages = [
        { role: 'user', content: 'y' },
        { role: 'user', content: 'x', parentId },
      ]
      await expectRefused(await ada.post(path, { messages }), 'messages.1.parentId')
    }
    await expectRefused(await ada.post(path, { role: 'user', content: 'x', parentId: 'none' }), 'parentId')
    const later = crypto.randomUUID()
    const backwards = [
      { role: 'user', content: 'x', parentId: later },
      { id: later, role: 'user', content: 'y' },
    ]
    await expectRefused(await ada.post(path, { messages: backwards }), 'messages.0.parentId')
    expect(await shown()).toBe('')
    await expectProblem(
      await ada.post(`/v1/conversations/${crypto.randomUUID()}/messages`, {
        role: 'user',
        content: 'x',
        parentId: gone.id,
      }),
      404,
      'not_found',
    )
  })

  it('refuses a leaf that is no message of this conversation', async () => {
    await add('one')
    await expectRefused(await ada.get(`${path}?leafId=${crypto.randomUUID()}`), 'leafId')
    await expectRefused(await ada.get(`${path}?view=tree&siblings=true`), 'view')
    await expectRefused(await ada.get(`${path}?view=forest`), 'view')
  })

  it('gives siblings to writers who answer the same message at once', async () => {
    const root = await add('root')
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => add(`answer ${n}`, root.id)))
    expect(new Set(answers.map(({ parentId }) => parentId))).toEqual(new Set([root.id]))
    expect(answers.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(answers.map((_, n) => n + 2))
    const [, shownOne] = await list('&siblings=true')
    expect(shownOne?.siblings?.ids.toSorted()).toEqual(answers.map((answer) => answer.id).toSorted())
  })

  it('reads each of many random ways as a tree in memory does, page by page, both ways', { tags: 'slow' }, async () => {
    const dice = random(7)
    const tree = new Map<string, { parent: string | null; content: string }>()
    let leaf: string | null = null
    for (let n = 0; n < 60; n++) {
      const ids = [...tree.keys()]
      const chosen = dice()
      const parent: string | null | undefined =
        chosen < 0.6 || ids.length === 0
          ? undefined
          : chosen < 0.65
            ? null
            : (ids[Math.floor(dice() * ids.length)] ?? null)
      const message = await add(`m${n}`, parent)
      tree.set(message.id, { parent: parent === undefined ? leaf : parent, content: `m${n}` })
      leaf = message.id
    }
    const wayTo = (id: string | null): string[] => {
      const node = id === null ? undefined : tree.get(id)
      return node ? [...wayTo(node.parent), node.content] : []
    }
    expect(await walkPath('')).toEqual(wayTo(leaf))
    for (const [id] of [...tree].filter((_, n) => n % 7 === 0)) {
      expect(await walkPath(`&leafId=${id}`)).toEqual(wayTo(id))
      expect(await walkPath(`&leafId=${id}&order=desc`)).toEqual(wayTo(id).toReversed())
    }
    expect((await list('&view=tree')).map(({ content }) => content)).toEqual([...tree.values()].map((m) => m.content))
  })

  it('stays on its way from page to page, whoever answers elsewhere meanwhile', async () => {
    const [one] = await addMany(['one', 'two', 'three', 'four'].map((content) => ({ role: 'user', content })))
    const { nextCursor } = await read<Page<Message>>(ada.get(`${path}?limit=2`))
    await add('another two', one?.id)
    const rest = await read<Page<Message>>(ada.get(`${path}?limit=2&cursor=${nextCursor}`))
    expect(rest.data.map(({ content }) => content)).toEqual(['three', 'four'])
    expect(await shown()).toBe('one another two')
  })

  it('counts all of its messages, and is named by its first', async () => {
    const root = await add('When do apples ripen?')
    await add('In autumn.', root.id)
    await add('In September.', root.id)
    const conversation = await read<Conversation>(ada.get(`/v1/conversations/${id}`))
    expect(conversation).toMatchObject({ messageCount: 3, title: 'When do apples ripen?' })
  })
})
