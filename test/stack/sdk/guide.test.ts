// @module-tag slow
import { stripTypeScriptTypes } from 'node:module'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bearer, createParley, type Parley as Api } from '../../../src/client/index.ts'
import { type Sdk, type StreamPart, sdks, type UIMessage } from '../../clients/ai.ts'
import { readGuide } from '../guides/blocks.ts'
import { type Parley, startParley } from './parley.ts'
import { call, text } from './scenarios/stream.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

type Route = (request: Request) => Promise<Response>

let parley: Parley
let api: Api<UIMessage>
let token: string
let code: string
beforeAll(async () => {
  parley = await startParley()
  token = (await parley.newSignIn()).accessToken
  api = createParley<UIMessage>({ baseUrl: parley.url, auth: bearer(() => token) })
  await api.session.signIn()
  const { blocks } = await readGuide('store-a-chat.md')
  code = blocks.find((block) => block.code.includes('function POST'))?.code ?? ''
})
afterAll(() => parley.close())

/** The route of the guide, with this SDK and a model. */
function routeWith(sdk: Sdk, streams: StreamPart[][]): Route {
  const { consumeStream, convertToModelMessages, generateId, streamText } = sdk.ai
  const model = sdk.model((n) => ReadableStream.from(streams[n] ?? []))
  const ai = { consumeStream, convertToModelMessages, generateId, streamText, model }
  const known = { ...ai, bearer, createParley, url: parley.url }
  const plain = stripTypeScriptTypes(code).replaceAll(/^(?:import .*|export )/gm, '')
  // eslint-disable-next-line typescript/no-implied-eval -- what readers copy is what runs
  return (new Function(...Object.keys(known), `${plain}\nreturn POST`) as (...known: unknown[]) => Route)(
    ...Object.values(known),
  )
}

const ask = (id: string, content: string): UIMessage => ({ id, role: 'user', parts: [{ type: 'text', text: content }] })
const post = (id: string, messages: UIMessage[]) =>
  new Request('https://app.example.com/api/chat', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ id, messages }),
  })
const textsOf = (messages: UIMessage[]) =>
  messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'text' ? part.text : [])))

describe.each(sdks)('The route of docs/guides/store-a-chat.md with AI SDK $major', (sdk) => {
  it('saves what is asked and answered', async () => {
    const chat = `chat-${crypto.randomUUID()}`
    const route = routeWith(sdk, [call(text('a', ['Sunny.'])), call(text('a', ['Colder.']))])
    await (await route(post(chat, [ask('q1', 'Today?')]))).text()
    const { messages } = await api.loadChat(chat)
    expect(textsOf(messages)).toEqual(['Today?', 'Sunny.'])
    await (await route(post(chat, [...messages, ask('q2', 'Tomorrow?')]))).text()
    const both = await api.loadChat(chat)
    expect(textsOf(both.messages)).toEqual(['Today?', 'Sunny.', 'Tomorrow?', 'Colder.'])
    const { results } = await api.saveChat(chat, both.messages)
    expect(results.map(({ result }) => result)).toEqual(both.messages.map(() => 'unchanged'))
  })

  it('saves the answer of a page that was closed', async () => {
    const chat = `chat-${crypto.randomUUID()}`
    const route = routeWith(sdk, [call(text('a', ['Sun', 'ny', '.']))])
    const { body } = await route(post(chat, [ask('q1', 'Today?')]))
    await body?.cancel()
    await expect.poll(async () => textsOf((await api.loadChat(chat)).messages)).toEqual(['Today?', 'Sunny.'])
  })
})
