// @module-tag slow
import { symlink, unlink } from 'node:fs/promises'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Parley as Api } from '../../../src/client/index.ts'
import { sdks, type UIMessage } from '../../clients/ai.ts'
import { startApp } from '../sdk/app.ts'
import { openPage } from '../sdk/page.ts'
import { asJson, type Client, type Parley, startParley } from '../sdk/parley.ts'
import { call, lisbon, text, toolCall } from '../sdk/scenarios/stream.ts'
import { compile, ROOT } from './compile.ts'
import { installClient, type Project } from './install.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let project: Project
let parley: Parley
let api: Api<UIMessage>
beforeAll(async () => {
  ;[project, parley] = await Promise.all([installClient(), startParley()])
  const { accessToken } = await parley.newSignIn()
  const { bearer, createParley } = await project.load()
  api = createParley<UIMessage>({ baseUrl: parley.url, auth: bearer(() => accessToken) })
  await api.session.signIn()
})
afterAll(() => Promise.all([project?.close(), parley?.close()]))

/** What the app of `test/stack/sdk` stores with, by our client. */
const storing = () =>
  ({
    put: async (chat: string, messages: (UIMessage & { status?: 'in_progress' })[]) =>
      (await api.saveChat(chat, messages, { status: messages.at(-1)?.status })).results,
    patch: (chat: string, id: string, change: object) => api.messages.update(chat, id, change),
  }) as unknown as Client

const USES = `
import { type ChatInit, convertToModelMessages, type UIMessage } from 'ai'
import { createParley, cookie } from '@parley/client'

type Message = UIMessage<{ at: number }, { place: { city: string } }>
const parley = createParley<Message>({ baseUrl: 'https://parley.test', auth: cookie() })
export async function open(id: string): Promise<ChatInit<Message>> {
  const { messages } = await parley.loadChat(id)
  const made: Message[] = messages
  await convertToModelMessages(made)
  await createParley({ baseUrl: '', auth: cookie() }).saveChat(id, made)
  return { id, messages, onFinish: ({ message }) => void parley.saveChat(id, [...made, message]) }
}
`

describe.each(sdks)('With AI SDK $major', (sdk) => {
  const chat = `chat-${sdk.major}`
  const tools = {
    weather: sdk.ai.tool({ inputSchema: z.object({ city: z.string() }), execute: () => ({ sky: 'clear' }) }),
  }

  it('a chat with tools, files and metadata is saved, reloaded, regenerated, and its branches are switched', async () => {
    const app = await startApp({ sdk, client: storing(), tools })
    const open = (messages: readonly UIMessage[]) => openPage(sdk, { id: chat, api: app.api, messages })
    const page = open((await api.loadChat(chat)).messages)
    app.next(call(toolCall(lisbon)), call(text('t', ['Clear.'])))
    const file = { type: 'file' as const, mediaType: 'image/png', url: 'data:image/png;base64,iVBORw0KGgo=' }
    await page.sendMessage({ text: 'And here?', files: [file], metadata: { at: 1 } })
    await app.settled()
    expect(page.error).toBeUndefined()
    const first = await api.loadChat(chat)
    expect(first.messages).toEqual(asJson(page.messages))

    const reloaded = open(first.messages)
    app.next(call(text('t', ['Sunny.'])))
    await reloaded.regenerate()
    await app.settled()
    const second = await api.loadChat(chat)
    expect(second.messages).toEqual(asJson(reloaded.messages))
    const branch = second.branches.get(second.messages.at(-1)?.id ?? '')
    expect(branch).toMatchObject({ position: 2, count: 2, nextLeafId: null })
    const back = await api.switchBranch(chat, branch?.previousLeafId ?? '')
    expect(back.messages).toEqual(first.messages)

    // What the SDK makes of messages that come back is what it makes of its own.
    const convert = (messages: UIMessage[]) => sdk.ai.convertToModelMessages(messages, { tools })
    expect(asJson(await convert(back.messages))).toEqual(asJson(await convert(page.messages)))
    const { results } = await api.saveChat(chat, page.messages)
    expect(results.map(({ result }) => result)).toEqual(['unchanged', 'unchanged'])
    await app.close()
  })

  it('its UIMessage and an app’s own fit, and the guide compiles', async () => {
    const link = join(project.directory, 'node_modules/ai')
    await symlink(join(ROOT, `test/clients/node_modules/ai-${sdk.major}`), link)
    try {
      const guide = await readFile(join(ROOT, 'docs/client.md'), 'utf8')
      const code = [...guide.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, block]) => block).join('\n')
      const known = 'declare const user: { accessToken: string; refresh(): Promise<void> }\n'
      await project.write({ 'uses.ts': USES, 'guide.ts': known + code })
      // The SDK's own declarations are not all as strict.
      const options = { skipLibCheck: true, types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] }
      expect((await compile(project.directory, ['uses.ts', 'guide.ts'], options)).errors).toEqual([])
    } finally {
      await unlink(link)
    }
  })
})
