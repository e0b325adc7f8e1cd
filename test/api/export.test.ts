import { describe, expect, inject, it } from 'vitest'
import { exportLine } from '../../src/features/export/schemas.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, openConversation, read, say } from './helpers.ts'

const api = createApi()
type Line = { type: string; [field: string]: unknown }

const parse = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
const exportOf = async (user: TestUser) => parse(await (await user.get('/v1/me/export')).text())
const typesOf = (lines: Line[]) => [...new Set(lines.map(({ type }) => type))]
const ofType = (lines: Line[], wanted: string) => lines.filter(({ type }) => type === wanted)

/** As many large texts as make several pages. */
async function sayMuch(user: TestUser, texts: number, letter = 'x') {
  const { id } = await openConversation(user)
  for (let n = 0; n < texts; n++) await say(user, id, letter.repeat(199_990) + n)
  return id
}

describe('GET /v1/me/export', () => {
  it('downloads everything that the user owns, each line typed, what it refers to before it', async () => {
    const user = await api.newUser()
    const conversation = { title: 'Plans', systemPrompt: 'Be brief', metadata: { a: [1] }, tags: ['x'], pinned: true }
    const { id } = await openConversation(user, conversation)
    const [kept, gone] = await say(user, id, 'Keep this', 'Delete this')
    await user.delete(`/v1/conversations/${id}/messages/${gone?.id}`)
    const embedding = Array.from({ length: 1536 }, (_, i) => (i === 3 ? 1 : 0))
    const vector = await read<{ id: string }>(user.post('/v1/vectors', { embedding, content: 'By hand' }), 201)

    const response = await user.get('/v1/me/export')
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/x-ndjson')
    expect(response.headers.get('Content-Disposition')).toMatch(
      /^attachment; filename="parley-export-\d{4}-\d\d-\d\d\.ndjson"$/,
    )
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    const text = await response.text()
    expect(text.endsWith('}\n')).toBe(true)
    const lines = parse(text)
    for (const line of lines) expect(exportLine().safeParse(line).error).toBeUndefined()
    expect(typesOf(lines)).toEqual([
      'export',
      'user',
      'session',
      'conversation',
      'message',
      'vector',
      'auditEvent',
      'end',
    ])
    expect(ofType(lines, 'user')).toMatchObject([{ id: user.sub, email: user.email }])
    expect(ofType(lines, 'conversation')).toMatchObject([{ id, ...conversation, deletedAt: null }])
    expect(ofType(lines, 'message')).toMatchObject([
      { id: kept?.id, conversationId: id, seq: 1, role: 'user', content: 'Keep this', deletedAt: null },
      { id: gone?.id, conversationId: id, seq: 2, content: 'Delete this', deletedAt: expect.any(String) },
    ])
    // Not the one that Parley made of the message.
    expect(ofType(lines, 'vector')).toMatchObject([{ id: vector.id, content: 'By hand', embedding }])
  })

  it('ends with the number of lines of each type', async () => {
    const user = await api.newUser()
    const { id } = await openConversation(user)
    await say(user, id, 'a', 'b', 'c')
    const lines = await exportOf(user)
    const counted = Map.groupBy(lines.slice(1, -1), ({ type }) => type)
    const counts = Object.fromEntries([...counted].map(([type, each]) => [type, each.length]))
    expect(lines.at(-1)).toEqual({ type: 'end', counts: { document: 0, vector: 0, ...counts } })
    expect(counts).toMatchObject({ user: 1, session: 1, conversation: 1, message: 3 })
  })

  it('holds nothing of anybody else', async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    const { id } = await openConversation(eve, { title: 'eves-secret' })
    await say(eve, id, 'eves-secret')
    const text = await (await ada.get('/v1/me/export')).text()
    for (const foreign of ['eves-secret', eve.sub, eve.email, id]) expect(text).not.toContain(foreign)
  })

  it('is one round trip for an account that fits in one', async () => {
    const user = await api.newUser()
    const { id } = await openConversation(user)
    await say(user, id, ...Array.from({ length: 50 }, (_, n) => `Message ${n}`))
    const before = await api.posts()
    await exportOf(user)
    expect((await api.posts()) - before).toBe(1)
  })

  it(
    'reads a large account page by page, without a gap or a repetition, in the order of its conversations',
    { tags: 'slow' },
    async () => {
      const user = await api.newUser()
      const small = await openConversation(user)
      await say(user, small.id, 'One')
      const large = [await sayMuch(user, 9), await sayMuch(user, 3, 'é')]
      const before = await api.posts()
      const messages = ofType(await exportOf(user), 'message')
      expect((await api.posts()) - before).toBeGreaterThan(2)
      const order = [small.id, ...large].toSorted()
      const lengthOf = (id: string) => ({ [small.id]: 1, [large[0] ?? '']: 9, [large[1] ?? '']: 3 })[id] ?? 0
      expect(messages.map(({ conversationId, seq }) => [conversationId, seq])).toEqual(
        order.flatMap((id) => Array.from({ length: lengthOf(id) }, (_, n) => [id, n + 1])),
      )
    },
  )

  it('reads a page when the client has taken the one before, so that memory stays flat', { tags: 'slow' }, async () => {
    const user = await api.newUser()
    await sayMuch(user, 20)
    const before = await api.posts()
    const reader = (await user.get('/v1/me/export')).body?.getReader()
    const sizes: number[] = []
    const trips: number[] = []
    for (;;) {
      const chunk = await reader?.read()
      if (!chunk?.value) break
      sizes.push(chunk.value.length)
      trips.push((await api.posts()) - before)
    }
    // Four megabytes: no chunk is larger than a page, and the first came before the second page was read.
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(20 * 199_990)
    expect(Math.max(...sizes)).toBeLessThan(2_000_000)
    expect(trips[0]).toBe(1)
    expect(trips.at(-1)).toBeGreaterThan(2)
  })

  it('brings texts that JSON makes six times as long', { tags: 'slow' }, async () => {
    const user = await api.newUser()
    const { id } = await openConversation(user)
    const content = '\u0001'.repeat(150_000)
    for (let n = 0; n < 12; n++) await say(user, id, content)
    const messages = ofType(await exportOf(user), 'message')
    expect(messages.filter((message) => message.content === content)).toHaveLength(12)
  })

  it('is a problem where it cannot begin, and breaks off where it cannot go on', async () => {
    const user = await api.newUser()
    await sayMuch(user, 9)
    const url = new URL(inject('bindings').DATABASE_URL)
    url.port = new URL(inject('faults')).port
    const through = (faults: string) => {
      url.searchParams.set('faults', faults)
      return createApi({ DATABASE_URL: url.href }).as(user)
    }
    await expectProblem(await through('42P01').get('/v1/me/export'), 500, 'internal')

    const response = await through('pass,42P01').get('/v1/me/export')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const reading = async () => {
      for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read())
        text += chunk.value
    }
    await expect(reading()).rejects.toThrow()
    expect(text).toContain('"type":"user"')
    expect(text).not.toContain('"type":"end"')
  })

  it('repeats a page that was lost on its way', async () => {
    const user = await api.newUser()
    await sayMuch(user, 9)
    const url = new URL(inject('bindings').DATABASE_URL)
    url.port = new URL(inject('faults')).port
    url.searchParams.set('faults', 'pass,cut,pass,truncate,pass')
    const lines = parse(await (await createApi({ DATABASE_URL: url.href }).as(user).get('/v1/me/export')).text())
    expect(ofType(lines, 'message').map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(lines.at(-1)).toMatchObject({ type: 'end', counts: { message: 9 } })
  })

  it('stops when the session is revoked meanwhile', async () => {
    const user = await api.newUser()
    await sayMuch(user, 9)
    const reader = (await user.get('/v1/me/export')).body?.getReader()
    await reader?.read()
    await user.delete('/v1/session')
    const rest = async () => {
      for (let chunk = await reader?.read(); !chunk?.done; chunk = await reader?.read());
    }
    await expect(rest()).rejects.toThrow()
  })
})
