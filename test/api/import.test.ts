import { describe, expect, inject, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  append,
  type Conversation,
  type Message,
  openConversation,
  type Page,
  random,
  read,
  say,
  search,
  walk,
} from './helpers.ts'
import { dataOf, exportOf, importLines, type ImportReport, longFile, ofType, send, toText } from './import-helpers.ts'
import { TURN } from './parts-fixtures.ts'

const api = createApi()

const pathOf = (id: string) => `/v1/conversations/${id}/messages`
const add = (user: TestUser, id: string, message: object) => append(user, pathOf(id), message)
const isVector = ({ type }: { type: string }) => type === 'vector'
const embedding = Array.from({ length: 1536 }, (_, i) => Math.sin(i + 1))

/** An account with one of everything that conversations can have. */
async function furnish(user: TestUser) {
  const fields = { systemPrompt: 'Be brief', metadata: { a: [1, { b: null }] }, tags: ['x', 'ü'], pinned: true }
  const { id } = await openConversation(user, { ...fields, archived: true })
  const question = await add(user, id, { role: 'user', content: 'When should I prune   my apple trees?' })
  await add(user, id, { role: 'assistant', content: 'In winter.', model: 'm-1', usage: { inputTokens: 3 } })
  const gone = await add(user, id, { role: 'user', content: 'Delete this' })
  await add(user, id, { role: 'assistant', parts: TURN, reasoning: 'Hm.', metadata: { n: 1.5 } })
  const again = await add(user, id, { role: 'assistant', content: 'In February.', parentId: question.id })
  await add(user, id, { role: 'user', content: 'Never mind', parentId: null, metadata: {} })
  await add(user, id, { role: 'user', content: 'Why then?', parentId: again.id })
  await add(user, id, {
    role: 'assistant',
    content: 'Beca',
    status: 'in_progress',
    attachments: [{ name: 'a.png', mediaType: 'image/png', url: 'https://files.example/a.png', size: 7 }],
  })
  await user.delete(`${pathOf(id)}/${gone.id}`)
  const titled = await openConversation(user, { title: 'Plans' })
  await say(user, titled.id, 'One', 'Two')
  await user.delete(`/v1/conversations/${(await openConversation(user, { title: 'Thrown away' })).id}`)
  await openConversation(user)
  await user.post('/v1/vectors', { embedding, content: 'By hand', metadata: { k: 1 } })
  await user.post('/v1/vectors', {
    embedding,
    conversationId: question.conversationId,
    messageId: question.id,
    model: 'mine',
  })
  return { id, question, again }
}

describe('POST /v1/import of an export', () => {
  it.each([
    ['made of the first text that is not deleted, where the file says nothing', {}, 'Second'],
    ['what the file says', { derivedTitle: 'First' }, 'First'],
    ['none, where the file says none', { derivedTitle: null }, null],
  ])('gives a conversation a title: %s', async (_, fields, title) => {
    const user = await api.newUser()
    const message = { type: 'message', conversationId: 'c', parentId: null, role: 'user' }
    await importLines(api, user, [
      { type: 'conversation', id: 'c', ...fields },
      { ...message, id: 'm1', content: 'First', deletedAt: new Date().toISOString() },
      { ...message, id: 'm2', content: 'Second' },
    ])
    expect(await read(user.get('/v1/conversations/c'))).toMatchObject({ title })
    // What is here already keeps its title, or goes on without.
    await importLines(api, user, [{ ...message, id: 'm3', content: 'Third' }])
    expect(await read(user.get('/v1/conversations/c'))).toMatchObject({ title })
  })

  it('gives the same data in another account', async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    const { id } = await furnish(ada)
    const before = await exportOf(ada)
    const report = await importLines(api, eve, before)
    expect(report).toEqual({
      format: 'export',
      complete: true,
      taken: { conversation: 4, message: 10, vector: 2 },
      skipped: { user: 1, session: 1, auditEvent: ofType(before, 'auditEvent').length },
      refused: {},
      errors: [],
    })
    expect(dataOf(await exportOf(eve))).toEqual(dataOf(before))
    for (const query of ['', '?view=tree', '?siblings=true']) {
      const path = `${pathOf(id)}${query}`
      expect(await read(eve.get(path))).toEqual(await read(ada.get(path)))
    }
    const withoutVersion = async (user: TestUser) => read<Conversation>(user.get(`/v1/conversations/${id}`))
    expect(await withoutVersion(eve)).toEqual(await withoutVersion(ada))
    // The conversation goes on where it was.
    const more = { role: 'user', content: 'Go on' }
    const [there, here] = [await add(ada, id, more), await add(eve, id, more)]
    expect([here.seq, here.parentId]).toEqual([there.seq, there.parentId])
  })

  it('gives the same data back to whom it belonged, once everything was purged', async () => {
    const ada = await api.newUser()
    await furnish(ada)
    const before = await exportOf(ada)
    for (const { id } of ofType(before, 'conversation')) {
      const path = `/v1/conversations/${String(id)}/purge`
      const { confirmation } = await read<{ confirmation: string }>(ada.post(path, {}))
      expect((await ada.post(path, { confirmation })).status).toBe(204)
    }
    expect(ofType(await exportOf(ada), 'message')).toEqual([])
    const { taken } = await importLines(api, ada, before)
    expect(taken).toMatchObject({ conversation: 4, message: 10 })
    expect(dataOf(await exportOf(ada))).toEqual(dataOf(before))
  })

  it('makes the texts searchable, but not those that are deleted or unfinished', async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    const { id } = await openConversation(ada)
    const [, gone] = await say(ada, id, 'Pruning apple trees', 'Pruning pear trees')
    await add(ada, id, { role: 'assistant', content: 'Pruning plum trees', status: 'in_progress' })
    await ada.delete(`${pathOf(id)}/${gone?.id}`)
    await importLines(api, eve, await exportOf(ada))
    const { data, pendingEmbeddings } = await search(eve, { query: 'pruning trees' })
    expect(data.map(({ content }) => content)).toEqual(['Pruning apple trees'])
    expect(pendingEmbeddings).toBe(0)
  })

  it('changes nothing the second time', async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    const { id } = await furnish(ada)
    const lines = await exportOf(ada)
    await importLines(api, eve, lines)
    const once = dataOf(await exportOf(eve))
    const etag = (await eve.get(`/v1/conversations/${id}`)).headers.get('ETag')
    const again = await importLines(api, eve, lines)
    expect(again.taken).toEqual({})
    expect(again.skipped).toMatchObject({ conversation: 4, message: 10, vector: 2 })
    expect(dataOf(await exportOf(eve))).toEqual(once)
    expect((await eve.get(`/v1/conversations/${id}`)).headers.get('ETag')).toBe(etag)
    // Nor in the account that it came from.
    expect((await importLines(api, ada, lines)).taken).toEqual({})
    expect(dataOf(await exportOf(ada))).toEqual(dataOf(lines))
  })

  it('takes a file in parts: any beginning of it, then all of it', { tags: 'slow' }, async () => {
    const ada = await api.newUser()
    await furnish(ada)
    const lines = await exportOf(ada)
    for (let end = 2; end < lines.length; end += 3) {
      const eve = await api.newUser()
      const half = await importLines(api, eve, lines.slice(0, end))
      expect([half.complete, half.errors]).toEqual([false, []])
      for (const { id } of ofType(dataOf(await exportOf(eve)), 'conversation')) {
        const said = ofType(lines.slice(0, end), 'message').filter((line) => line['conversationId'] === id)
        if (ofType(lines, 'conversation').some((line) => line['id'] === id && line['deletedAt'])) continue
        const shown = await read<Page<Message>>(eve.get(pathOf(String(id))))
        expect(shown.data.length > 0).toBe(said.some((line) => !line['deletedAt']))
      }
      const whole = await importLines(api, eve, lines)
      expect([whole.complete, whole.errors]).toEqual([true, []])
      expect(dataOf(await exportOf(eve))).toEqual(dataOf(lines))
    }
  })

  it('gives random trees back as they were, batches between them or not', { tags: 'slow' }, async () => {
    const dice = random(7)
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    for (let tree = 0; tree < 3; tree++) {
      const { id } = await openConversation(ada)
      const ids: string[] = []
      for (let round = 0; round < 3; round++) {
        const messages = Array.from({ length: 60 }, (_, n) => {
          const own = crypto.randomUUID()
          const parent = dice() < 0.7 ? ids.at(-1) : ids[Math.floor(dice() * ids.length)]
          ids.push(own)
          return { id: own, role: 'user', content: `${n}`, parentId: dice() < 0.03 ? null : (parent ?? null) }
        })
        await read(ada.post(pathOf(id), { messages }), 201)
      }
      await importLines(api, eve, await exportOf(ada))
      for (const leafId of ids.filter(() => dice() < 0.1)) {
        const path = `${pathOf(id)}?leafId=${leafId}&siblings=true`
        expect(await walk(eve, path, 50)).toEqual(await walk(ada, path, 50))
      }
    }
    expect(dataOf(await exportOf(eve))).toEqual(dataOf(await exportOf(ada)))
  })

  it('takes 2,500 messages of a conversation in batches, as they come', { tags: 'slow' }, async () => {
    const user = await api.newUser()
    const lines = longFile(2_500)
    const before = await api.posts()
    let seenEarly = 0
    const text = toText(lines)
    let at = 0
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (at > text.length / 2 && seenEarly === 0) seenEarly = (await api.posts()) - before
          if (at >= text.length) return controller.close()
          controller.enqueue(new TextEncoder().encode(text.slice(at, at + 10_000)))
          at += 10_000
        },
      },
      { highWaterMark: 0 },
    )
    const report = await read<ImportReport>(send(api, user, body))
    expect(report).toMatchObject({ taken: { conversation: 1, message: 2_500 }, refused: {}, complete: true })
    expect((await api.posts()) - before).toBeLessThanOrEqual(Math.ceil(2_500 / 100) + 1)
    expect(seenEarly).toBeGreaterThan(5)
    const [conversation] = ofType(lines, 'conversation')
    const rows = await walk<Message>(user, pathOf(String(conversation?.['id'])), 100)
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 2_500 }, (_, n) => n + 1))
    const { messageCount } = await read<Conversation>(user.get(`/v1/conversations/${String(conversation?.['id'])}`))
    expect(messageCount).toBe(2_500)
  })

  it('brings the longest messages, whose line has several megabytes', { tags: 'slow' }, async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    const { id } = await openConversation(ada)
    const long = '\u0001"'.repeat(60_000)
    for (let n = 0; n < 3; n++) {
      const { id: messageId } = await add(ada, id, { role: 'user', content: `${n}` })
      const path = `${pathOf(id)}/${messageId}`
      await read(ada.patch(path, { reasoning: long }))
      const text = { type: 'text', text: '' }
      await read(ada.patch(path, { parts: [text, { type: 'data-x', data: 'é'.repeat(262_000) }] }))
      await read(ada.patch(path, { content: long }))
    }
    const lines = await exportOf(ada)
    expect(Math.max(...lines.map((line) => JSON.stringify(line).length))).toBeGreaterThan(1_200_000)
    expect((await importLines(api, eve, lines)).taken).toEqual({ conversation: 1, message: 3 })
    expect(dataOf(await exportOf(eve))).toEqual(dataOf(lines))
  })

  it('adds to a conversation that went on here what it lacks, and overwrites nothing', async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    const { id } = await openConversation(ada, { title: 'Old' })
    const [, second] = await say(ada, id, 'one', 'two')
    await importLines(api, eve, await exportOf(ada))
    await eve.patch(`/v1/conversations/${id}`, { title: 'Mine' })
    await eve.patch(`${pathOf(id)}/${second?.id}`, { content: 'two, mine' })
    await say(ada, id, 'three')
    await importLines(api, eve, await exportOf(ada))
    expect(await read(eve.get(`/v1/conversations/${id}`))).toMatchObject({ title: 'Mine', messageCount: 3 })
    const shown = async (query = '') =>
      (await read<Page<Message>>(eve.get(`${pathOf(id)}${query}`))).data.map(({ content, seq }) => `${seq} ${content}`)
    expect(await shown()).toEqual(['1 one', '2 two, mine', '3 three'])

    // What was said here in the meantime stays what is shown; the other answer stands beside it.
    await say(eve, id, 'four, here')
    await say(ada, id, 'four, there')
    expect((await importLines(api, eve, await exportOf(ada))).taken).toEqual({ message: 1 })
    expect(await shown()).toEqual(['1 one', '2 two, mine', '3 three', '4 four, here'])
    expect(await shown('?view=tree')).toHaveLength(5)
  })

  it('keeps what was deleted long ago restorable, for as long as if it were deleted now', async () => {
    const api = createApi(inject('apart'))
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    const { id } = await openConversation(ada)
    const [gone] = await say(ada, id, 'Gone', 'Here')
    await ada.delete(`${pathOf(id)}/${gone?.id}`)
    const lines = (await exportOf(ada)).map((line) =>
      'deletedAt' in line && line['deletedAt'] ? { ...line, deletedAt: '2001-01-01T00:00:00Z' } : line,
    )
    await importLines(api, eve, lines)
    await api.sweep()
    expect((await eve.post(`${pathOf(id)}/${gone?.id}/restore`)).status).toBe(200)
    expect(await read(eve.get(`/v1/conversations/${id}`))).toMatchObject({ messageCount: 2 })
  })
})

describe('The vectors of an export', () => {
  it('take the place of those that Parley has made meanwhile, and of no others', async () => {
    const api = createApi(inject('apart'))
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    const { id } = await openConversation(ada)
    const [first, second] = await say(ada, id, 'Apples', 'Pears')
    for (const message of [first, second]) {
      await read(ada.post('/v1/vectors', { embedding, conversationId: id, messageId: message?.id, model: 'mine' }), 201)
    }
    const lines = await exportOf(ada)
    await importLines(
      api,
      eve,
      lines.filter((line) => !isVector(line)),
    )
    await read(eve.post('/v1/vectors', { embedding, conversationId: id, messageId: second?.id, model: 'theirs' }), 201)
    const report = await importLines(api, eve, lines.filter(isVector))
    expect(report).toMatchObject({ taken: { vector: 1 }, skipped: { vector: 1 }, refused: {} })
    const models = ofType(await exportOf(eve), 'vector').map((line) => [line['messageId'], line['model']])
    expect(new Map(models as [string, string][])).toEqual(
      new Map([
        [first?.id, 'mine'],
        [second?.id, 'theirs'],
      ]),
    )
  })

  it('are stored at unit length', async () => {
    const user = await api.newUser()
    const line = { type: 'vector', id: crypto.randomUUID(), embedding: embedding.map((n) => n * 1e20), model: 'mine' }
    expect(await importLines(api, user, [line])).toMatchObject({ taken: { vector: 1 } })
    const [stored] = ofType(await exportOf(user), 'vector')
    const squares = (stored as unknown as { embedding: number[] }).embedding.map((n) => n * n)
    expect(squares.reduce((sum, square) => sum + square)).toBeCloseTo(1, 5)
  })
})
