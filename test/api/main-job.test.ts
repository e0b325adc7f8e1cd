import { expect, it } from 'vitest'
import { createApi } from './harness.ts'

it('signs in, talks, remembers and finds', async () => {
  const api = createApi()
  const ada = await api.newUser({ register: false })

  const signedIn = await ada.post('/v1/session')
  expect(signedIn.status).toBe(201)
  expect(await signedIn.json()).toMatchObject({ user: { id: ada.sub, email: ada.email, emailVerified: true } })
  expect((await ada.post('/v1/session')).status).toBe(200)

  const opened = await ada.post('/v1/conversations', { title: 'Gardening' })
  expect(opened.status).toBe(201)
  const { id } = await opened.json<{ id: string }>()
  const appended = await ada.post(`/v1/conversations/${id}/messages`, {
    messages: [
      { role: 'user', content: 'When should I prune my apple trees?' },
      { role: 'assistant', content: 'Prune apple trees in late winter, before the buds open.' },
      { role: 'user', content: 'How do I bake sourdough bread?' },
    ],
  })
  expect(appended.status).toBe(201)

  const list = await ada.get('/v1/conversations')
  expect(await list.json()).toMatchObject({
    data: [{ id, messageCount: 3, lastMessage: { role: 'user', preview: 'How do I bake sourdough bread?' } }],
    nextCursor: null,
  })
  const found = await ada.post('/v1/search', { query: 'pruning an apple tree', limit: 2 })
  expect(found.status).toBe(200)
  expect(await found.json()).toMatchObject({
    data: [
      { conversationId: id, seq: 1 },
      { conversationId: id, seq: 2 },
    ],
    recall: 'exact',
    pendingEmbeddings: 0,
  })
})
