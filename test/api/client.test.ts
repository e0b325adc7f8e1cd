import { expect, it } from 'vitest'
import { bearer, createParley } from '../../src/client/index.ts'
import { createApi, signIn } from './harness.ts'

const api = createApi()

it('The client runs in a Worker', async () => {
  const { accessToken, sub } = await signIn()
  const parley = createParley({ baseUrl: 'https://parley.test', auth: bearer(() => accessToken), fetch: api.fetch })
  expect((await parley.session.signIn()).user.id).toBe(sub)
  const messages = [{ id: 'q1', role: 'user' as const, parts: [{ type: 'text', text: 'Pears ripen off the tree.' }] }]
  await parley.saveChat('chat-1', messages)
  expect((await parley.loadChat('chat-1')).messages).toEqual(messages)
  expect((await parley.conversations.list().toArray()).map(({ id }) => id)).toEqual(['chat-1'])
  const { data } = await parley.search({ query: 'pears', mode: 'keyword' })
  expect(data).toMatchObject([{ source: 'message', conversationId: 'chat-1' }])

  const types: string[] = []
  for await (const { type } of parley.export()) types.push(type)
  expect(types).toEqual(expect.arrayContaining(['export', 'user', 'conversation', 'message', 'end']))
  expect(await parley.import(await parley.exportStream())).toMatchObject({ complete: true, taken: {} })
  await expect(parley.conversations.get('nowhere')).rejects.toMatchObject({ code: 'not_found', status: 404 })
})
