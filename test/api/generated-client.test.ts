import { expect, expectTypeOf, it } from 'vitest'
import * as parley from './generated/client.ts'
import { createApi } from './harness.ts'

it('The API works with a client that was generated from openapi.json', async () => {
  const api = createApi()
  const { accessToken } = await api.newUser({ register: false })
  const options = {
    baseUrl: 'https://parley.test',
    headers: { Authorization: `Bearer ${accessToken}` },
    fetch: api.fetch,
  }

  const signedIn = await parley.signIn({}, options)
  expect(signedIn.status).toBe(201)
  const opened = await parley.createConversation({ newConversation: { title: 'Generated', tags: ['client'] } }, options)
  if (opened.status !== 201) throw new Error(opened.data.detail)
  expectTypeOf(opened.data).toEqualTypeOf<parley.OpenedConversation>()

  const conversationId = opened.data.id
  const appended = await parley.appendMessages(
    { conversationId, messageAppend: { role: 'user', content: 'Good morning' } },
    options,
  )
  expect(appended.status).toBe(201)
  const page = await parley.listMessages({ conversationId, order: 'desc', limit: 5 }, options)
  if (page.status !== 200) throw new Error(page.data.detail)
  expect(page.data.data.map((message) => message.content)).toEqual(['Good morning'])

  const found = await parley.search({ searchRequest: { query: 'morning' } }, options)
  expect(found).toMatchObject({ status: 200, data: { data: [{ conversationId, content: 'Good morning' }] } })
  const missing = await parley.getConversation({ conversationId: crypto.randomUUID() }, options)
  expect(missing).toMatchObject({ status: 404, data: { code: 'not_found' } })
})
