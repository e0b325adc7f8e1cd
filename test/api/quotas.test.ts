import { describe, expect, inject, it } from 'vitest'
import { createApi, type Overrides, type TestUser } from './harness.ts'
import { type Conversation, expectProblem, openConversation, read, say } from './helpers.ts'

interface Usage {
  data: { quota: string; used: number; limit: number | null; resetsAt: string | null }[]
}

/** In the database that sweeps may go through. */
const apiWith = (quotas: Overrides) => createApi({ ...inject('apart'), ...quotas })

const used = async (user: TestUser): Promise<Record<string, number>> => {
  const { data } = await read<Usage>(user.get('/v1/usage'))
  return Object.fromEntries(data.map(({ quota, used }) => [quota, used]))
}

const question = () => `Where is ${crypto.randomUUID()}?`

const expectExceeded = async (response: Response, quota: string) => {
  const problem = await expectProblem(response, 403, 'quota_exceeded')
  expect(problem).toMatchObject({ quota, detail: expect.stringContaining(quota) })
}

describe('GET /v1/usage', () => {
  it('shows what a user has, and may have', async () => {
    const user = await apiWith({ QUOTA_CONVERSATIONS: '7', QUOTA_MESSAGES: 'off' }).newUser()
    const empty = await read<Usage>(user.get('/v1/usage'))
    const midnight = new Date(Math.ceil((Date.now() + 1) / 86_400_000) * 86_400_000).toISOString()
    expect(empty.data).toEqual([
      { quota: 'conversations', used: 0, limit: 7, resetsAt: null },
      { quota: 'messages', used: 0, limit: null, resetsAt: null },
      { quota: 'documents', used: 0, limit: 20_000, resetsAt: null },
      { quota: 'storedBytes', used: 0, limit: 5 * 1024 ** 3, resetsAt: null },
      { quota: 'embeddedTokens', used: 0, limit: 20_000_000, resetsAt: midnight },
    ])
    const { id } = await openConversation(user, { title: 'Orchard' })
    await say(user, id, 'Äpfel')
    await user.post('/v1/documents', { title: 'Pears', content: 'Juicy' })
    // Titles, texts and metadata (`{}`), in UTF-8; the word `Äpfel` is embedded as two tokens, `Juicy` with its title.
    expect(await used(user)).toEqual({
      conversations: 1,
      messages: 1,
      documents: 1,
      storedBytes: 'Orchard{}'.length + 'AEpfel{}'.length + 'PearsJuicy{}'.length,
      embeddedTokens: expect.any(Number),
    })
    expect((await used(user))['embeddedTokens']).toBeGreaterThan(3)
  })

  it('follows changes, deletions and the trash that is emptied', async () => {
    const api = apiWith({ CONVERSATION_RETENTION_DAYS: '0' })
    const user = await api.newUser()
    const { id } = await openConversation(user)
    const [message] = await say(user, id, 'x'.repeat(1000))
    const before = (await used(user))['storedBytes'] ?? 0
    await user.patch(`/v1/conversations/${id}/messages/${message?.id}`, { content: 'x'.repeat(400) })
    expect((await used(user))['storedBytes']).toBe(before - 600)
    await user.delete(`/v1/conversations/${id}`)
    await expect
      .poll(async () => {
        await api.sweep()
        return used(user)
      })
      .toMatchObject({ conversations: 0, messages: 0, storedBytes: 0 })
  })

  it('counts vectors that are brought, and what a fork copies', async () => {
    const user = await apiWith({}).newUser()
    const { id } = await openConversation(user)
    await say(user, id, 'one')
    await say(user, id, 'two')
    await user.post(`/v1/conversations/${id}/fork`, {})
    expect(await used(user)).toMatchObject({ conversations: 2, messages: 4 })
    const before = (await used(user))['storedBytes'] ?? 0
    const embedding = Array.from({ length: 1536 }, (_, i) => (i === 0 ? 1 : 0))
    await read(user.post('/v1/vectors', { model: 'mine', content: 'noted', embedding }), 201)
    expect((await used(user))['storedBytes']).toBe(before + 1536 * 4 + 8 + 'noted{}'.length)
  })

  it("shows nobody else's", async () => {
    const api = apiWith({})
    const user = await api.newUser()
    await openConversation(user)
    expect(await used(await api.newUser())).toMatchObject({ conversations: 0, storedBytes: 0 })
  })
})

describe('Beyond a quota', () => {
  it.each<[quota: string, setting: Overrides, over: (user: TestUser, conversation: Conversation) => Promise<Response>]>(
    [
      ['conversations', { QUOTA_CONVERSATIONS: '1' }, (user) => user.post('/v1/conversations', {})],
      ['conversations', { QUOTA_CONVERSATIONS: '1' }, (user, { id }) => user.post(`/v1/conversations/${id}/fork`, {})],
      [
        'messages',
        { QUOTA_MESSAGES: '2' },
        (user, { id }) =>
          user.post(`/v1/conversations/${id}/messages`, {
            messages: ['a', 'b', 'c'].map((content) => ({ role: 'user', content })),
          }),
      ],
      ['documents', { QUOTA_DOCUMENTS: '0' }, (user) => user.post('/v1/documents', { title: 'T', content: 'C' })],
      [
        'storedBytes',
        { QUOTA_STORED_BYTES: '1000' },
        (user, { id }) => user.patch(`/v1/conversations/${id}`, { systemPrompt: 'x'.repeat(1001) }),
      ],
      [
        'storedBytes',
        { QUOTA_STORED_BYTES: '1000' },
        (user, { id }) => user.post(`/v1/conversations/${id}/messages`, { role: 'user', content: 'x'.repeat(1001) }),
      ],
    ],
  )('of %s a write is refused, and nothing of it is there', async (quota, setting, over) => {
    const user = await apiWith(setting).newUser()
    const conversation = await openConversation(user)
    const before = await used(user)
    await expectExceeded(await over(user, conversation), quota)
    expect(await used(user)).toEqual(before)
  })

  it('what makes less, and what replays, goes on', async () => {
    const user = await apiWith({}).newUser()
    const { id } = await openConversation(user, { title: 'Long enough to be shortened' })
    const key = { 'Idempotency-Key': crypto.randomUUID() }
    const message = await read(
      user.post(`/v1/conversations/${id}/messages`, { role: 'user', content: 'once' }, key),
      201,
    )
    const full = apiWith({ QUOTA_MESSAGES: '1', QUOTA_CONVERSATIONS: '1', QUOTA_STORED_BYTES: '1' }).as(user)
    expect(
      await read(full.post(`/v1/conversations/${id}/messages`, { role: 'user', content: 'once' }, key), 201),
    ).toEqual(message)
    await read(full.patch(`/v1/conversations/${id}`, { title: 'Short' }))
    await expectExceeded(await full.patch(`/v1/conversations/${id}`, { title: 'Not so short' }), 'storedBytes')
    expect((await full.delete(`/v1/conversations/${id}`)).ok).toBe(true)
  })

  it('an import keeps what it has taken, and says so', async () => {
    const user = await apiWith({ QUOTA_MESSAGES: '150' }).newUser()
    const messages = Array.from({ length: 250 }, (_, i) => ({
      id: `m${i}`,
      role: 'user',
      parts: [{ type: 'text', text: `Number ${i}` }],
    }))
    const response = await user.post('/v1/import', messages)
    const { detail } = await expectProblem(response, 403, 'quota_exceeded')
    expect(detail).toContain('stays')
    expect(await used(user)).toMatchObject({ messages: 100 })
  })

  it('is nowhere where quotas are off', async () => {
    const user = await apiWith({ QUOTAS: 'off', QUOTA_CONVERSATIONS: '0' }).newUser()
    await openConversation(user)
    const { data } = await read<Usage>(user.get('/v1/usage'))
    expect(data.map(({ limit }) => limit)).toEqual([null, null, null, null, null])
  })
})

describe('Beyond the quota of embedded tokens', () => {
  it('writes succeed, and their texts wait', async () => {
    const api = apiWith({ QUOTA_EMBEDDED_TOKENS: '3' })
    const user = await api.newUser()
    const { id } = await openConversation(user)
    await say(user, id, 'the first of all texts')
    await say(user, id, 'the second one')
    await api.sweep()
    const waiting = async () => (await read<{ data: unknown[] }>(user.get('/v1/embedding-jobs'))).data.length
    expect(await waiting()).toBe(1)
    expect((await used(user))['embeddedTokens']).toBe(6)
    const { pendingEmbeddings } = await read<{ pendingEmbeddings: number }>(user.post('/v1/search', { query: 'text' }))
    expect(pendingEmbeddings).toBe(1)
    // Once it may go on, it does.
    await apiWith({}).sweep()
    await expect.poll(waiting).toBe(0)
  })

  it('does not keep others waiting', async () => {
    const api = apiWith({ QUOTA_EMBEDDED_TOKENS: '3' })
    const [full, other] = [await api.newUser(), await api.newUser()]
    const { id } = await openConversation(full)
    await say(full, id, 'the first of all texts')
    await say(full, id, 'the second one')
    const theirs = await openConversation(other)
    await say(other, theirs.id, 'another text')
    expect((await used(other))['embeddedTokens']).toBe(3)
  })
})

describe('Questions that a provider embeds', () => {
  const provider = `${inject('faults')}/embedder`
  const asked = async (text: string) =>
    Number(await (await fetch(`${provider}/count?text=${encodeURIComponent(text)}`)).text())
  const settings = {
    EMBEDDING_PROVIDER: 'openai',
    EMBEDDING_API_KEY: 'sk-do-not-leak',
    EMBEDDING_BASE_URL: `${provider}/ok`,
    EMBEDDING_MODEL: 'axis',
  }

  it('count, once while they are kept; nothing else does', async () => {
    const user = await createApi(settings).newUser()
    const query = question()
    for (let times = 0; times < 2; times++) await read(user.post('/v1/search', { query, mode: 'semantic' }))
    await read(user.post('/v1/search', { query: question(), mode: 'keyword' }))
    expect(await used(user)).toMatchObject({ embeddedTokens: Math.ceil(query.length / 4) })
    const lexical = await apiWith({}).newUser()
    await read(lexical.post('/v1/search', { query }))
    expect(await used(lexical)).toMatchObject({ embeddedTokens: 0 })
  })

  it('are embedded no more once the quota is used up: search goes on by keyword', async () => {
    const api = createApi({ ...settings, QUOTA_EMBEDDED_TOKENS: '5' })
    const [user, other] = [await api.newUser(), await api.newUser()]
    expect(await read(user.post('/v1/search', { query: question() }))).toMatchObject({ degraded: false })
    const query = question()
    expect(await read(user.post('/v1/search', { query }))).toMatchObject({ degraded: true, mode: 'keyword' })
    await expectExceeded(await user.post('/v1/search', { query, mode: 'semantic' }), 'embeddedTokens')
    expect(await asked(query)).toBe(0)
    expect(await read(other.post('/v1/search', { query }))).toMatchObject({ degraded: false })
  })
})
