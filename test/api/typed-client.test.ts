import { hc, type InferRequestType, type InferResponseType } from 'hono/client'
import type { JSONValue } from 'hono/utils/types'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { App } from '../../src/app.ts'
import type { Problem } from '../../src/http/problem.ts'
import { createApi, signIn } from './harness.ts'
import type { Conversation } from './helpers.ts'

const api = createApi()

/** Hono's own client, typed by the app, over this run's Worker. */
function createClient(accessToken: string) {
  const headers = { Authorization: `Bearer ${accessToken}` }
  return hc<App>('https://parley.test', { headers, fetch: api.fetch })
}

describe('hc<App>', () => {
  it('is a client of the whole main job', async () => {
    const { accessToken, sub } = await signIn()
    const { v1 } = createClient(accessToken)

    const session = await v1.session.$post()
    if (session.status !== 201) throw new Error(`signing in was answered ${session.status}`)
    const { user } = await session.json()
    expectTypeOf(user.email).toEqualTypeOf<string | null>()
    expect(user.id).toBe(sub)

    const opened = await v1.conversations.$post({ json: { title: 'Typed', tags: ['a'] } })
    if (!opened.ok) throw new Error('no conversation')
    const conversation = await opened.json()
    expectTypeOf(conversation.title).toEqualTypeOf<string | null>()
    expectTypeOf(conversation.messageCount).toEqualTypeOf<number>()
    expect(conversation).toMatchObject({ title: 'Typed', tags: ['a'] })

    const messages = v1.conversations[':conversationId'].messages
    const param = { conversationId: conversation.id }
    const appended = await messages.$post({ param, json: { role: 'user', content: 'Pears ripen off the tree.' } })
    expect(appended.status).toBe(201)
    const listed = await messages.$get({ param, query: { order: 'desc', limit: '5' } })
    if (listed.status !== 200) throw new Error('no messages')
    const [message] = (await listed.json()).data
    expectTypeOf(message?.role).toEqualTypeOf<'system' | 'user' | 'assistant' | 'tool' | undefined>()
    expect(message).toMatchObject({ seq: 1, content: 'Pears ripen off the tree.' })

    const found = await v1.search.$post({ json: { query: 'when do pears ripen?' } })
    if (found.status !== 200) throw new Error('no search')
    const { data, recall } = await found.json()
    expectTypeOf(recall).toEqualTypeOf<'exact' | 'approximate'>()
    expect(data).toMatchObject([{ id: message?.id }])

    const renamed = await v1.conversations[':conversationId'].$patch({
      param: { conversationId: conversation.id },
      json: { title: null },
    })
    expect(renamed.status).toBe(200)
    const deleted = await v1.conversations[':conversationId'].$delete({ param: { conversationId: conversation.id } })
    expect(deleted.status).toBe(204)
  })

  it('knows the problems, too', async () => {
    const { accessToken } = await signIn()
    const response = await createClient(accessToken).v1.me.$get()
    if (response.status !== 403) throw new Error('a stranger has a profile')
    const problem = await response.json()
    expectTypeOf(problem).toEqualTypeOf<Problem>()
    expect(problem).toMatchObject({ status: 403, code: 'not_registered' })
  })

  it('loses no type on the way', () => {
    type Client = ReturnType<typeof createClient>['v1']
    type Conversations = Client['conversations']
    type Got = InferResponseType<Conversations[':conversationId']['$get'], 200>
    type Hit = InferResponseType<Client['vectors']['search']['$post'], 200>['data'][number]
    expectTypeOf<Client>().not.toBeAny()
    expectTypeOf<Omit<Got, 'metadata'>>().toEqualTypeOf<Omit<Conversation, 'metadata'>>()
    expectTypeOf<Got['metadata']>().toEqualTypeOf<Record<string, JSONValue>>()
    expectTypeOf<Got['title']>().toEqualTypeOf<string | null>()
    expectTypeOf<InferResponseType<Conversations['$get'], 200>['data']>().toEqualTypeOf<Got[]>()
    expectTypeOf<InferResponseType<Client['me']['$get'], 200>['email']>().toEqualTypeOf<string | null>()
    expectTypeOf<Hit['score']>().toEqualTypeOf<number>()
    expectTypeOf<InferRequestType<Client['vectors']['$post']>['json']['embedding']>().toEqualTypeOf<number[]>()
    expectTypeOf<InferRequestType<Client['me']['$patch']>['json']>().not.toBeAny()
    // @ts-expect-error a title is no number
    const wrong: InferRequestType<Conversations['$post']>['json'] = { title: 7 }
    expect(wrong).toBeDefined()
  })
})
