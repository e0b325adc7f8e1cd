// @module-tag slow
import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Sdk, type StreamPart, sdks, type UIMessage } from '../../clients/ai.ts'
import { type Client, type Parley, startParley } from './parley.ts'
import { call, text } from './scenarios/stream.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

interface Guide {
  saveChat(options: { chatId: string; messages: UIMessage[]; token: string }): Promise<void>
  POST(request: Request): Promise<Response>
  loadChat(chatId: string, token: string): Promise<UIMessage[]>
}

let parley: Parley
let client: Client
let code: string
beforeAll(async () => {
  parley = await startParley()
  client = await parley.newClient()
  const page = await readFile(join(import.meta.dirname, '../../../docs/ai-sdk.md'), 'utf8')
  code = [...page.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, block]) => block).join('\n')
})
afterAll(() => parley.close())

/** The code of docs/ai-sdk.md, with this SDK, a model and what an app knows. */
function guideWith(sdk: Sdk, streams: StreamPart[][]): Guide {
  const known = {
    streamText: sdk.ai.streamText,
    convertToModelMessages: sdk.ai.convertToModelMessages,
    generateId: sdk.ai.generateId,
    model: sdk.model((n) => ReadableStream.from(streams[n] ?? [])),
    accessTokenOf: async () => client.token,
  }
  const plain = stripTypeScriptTypes(code.replaceAll('https://parley.example.com', client.url)).replaceAll(
    'export ',
    '',
  )
  // eslint-disable-next-line typescript/no-implied-eval -- what readers copy is what runs
  const load = new Function(...Object.keys(known), `${plain}\nreturn { saveChat, POST, loadChat }`)
  return load(...Object.values(known)) as Guide
}

const ask = (id: string, content: string): UIMessage => ({ id, role: 'user', parts: [{ type: 'text', text: content }] })
const post = (id: string, messages: UIMessage[]) =>
  new Request('https://app.example.com/api/chat', { method: 'POST', body: JSON.stringify({ id, messages }) })
const textsOf = (messages: UIMessage[]) =>
  messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'text' ? part.text : [])))

describe.each(sdks)('The code of docs/ai-sdk.md with AI SDK $major', (sdk) => {
  it('saves what is asked and answered, and loads it again', async () => {
    const chat = `chat-${crypto.randomUUID()}`
    const guide = guideWith(sdk, [call(text('a', ['Sunny.'])), call(text('a', ['Colder.']))])
    expect(await guide.loadChat(chat, client.token)).toEqual([])
    await (await guide.POST(post(chat, [ask('q1', 'Today?')]))).text()
    const loaded = await guide.loadChat(chat, client.token)
    expect(textsOf(loaded)).toEqual(['Today?', 'Sunny.'])
    await (await guide.POST(post(chat, [...loaded, ask('q2', 'Tomorrow?')]))).text()
    const both = await guide.loadChat(chat, client.token)
    expect(textsOf(both)).toEqual(['Today?', 'Sunny.', 'Tomorrow?', 'Colder.'])
    expect((await client.put(chat, both)).map(({ result }) => result)).toEqual(both.map(() => 'unchanged'))
  })

  it('loads files that a page leaves out, and more messages than a page has', async () => {
    const chat = `chat-${crypto.randomUUID()}`
    const guide = guideWith(sdk, [])
    const photo = `data:image/png;base64,${'iVBORw0KGgo'.repeat(80_000)}`
    const messages = Array.from({ length: 120 }, (_, n) => ask(`q${n}`, `This is ${n}`))
    await guide.saveChat({ chatId: chat, messages, token: client.token })
    for (let n = 0; n < 8; n++) {
      const parts: UIMessage['parts'] = [{ type: 'file', mediaType: 'image/png', url: photo }]
      messages.push({ id: `photo${n}`, role: 'user', parts })
      await guide.saveChat({ chatId: chat, messages: messages.slice(-2), token: client.token })
    }
    expect(await guide.loadChat(chat, client.token)).toEqual(messages)
  })
})
