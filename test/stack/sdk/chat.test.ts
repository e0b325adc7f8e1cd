// @module-tag slow
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { type Ai, sdks, type ToolSet, type UIMessage } from '../../clients/ai.ts'
import { type App, startApp } from './app.ts'
import { openPage, type Page } from './page.ts'
import { asJson, type Client, type Parley, startParley, toUIMessage, type WireMessage } from './parley.ts'
import { call, lisbon, text, toolCall } from './scenarios/stream.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let parley: Parley
let client: Client
beforeAll(async () => {
  parley = await startParley()
  client = await parley.newClient()
})
afterAll(() => parley.close())

const toolsOf = (ai: Ai): ToolSet => ({
  weather: ai.tool({ inputSchema: z.object({ city: z.string() }), execute: () => ({ sky: 'clear' }) }),
  book: ai.tool({ inputSchema: z.object({ city: z.string() }), needsApproval: true, execute: () => 'booked' } as never),
  ask: ai.tool({ inputSchema: z.object({ city: z.string() }) } as never),
})

/** Stores take longer on a busy machine than what `waitFor` allows by itself. */
const soon = (check: () => void) => vi.waitFor(check, { timeout: 30_000 })
const says = (words: string) => call(text('t', words.split(/(?= )/)))
const textOf = ({ parts }: UIMessage) => parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
const idOf = (page: Page, index: number) => page.messages.at(index)?.id ?? ''

/** Under the ids of the page, which keeps those that it has sent. */
const shown = (messages: readonly WireMessage[]) =>
  messages.map((message) => toUIMessage({ ...message, id: message.sentId ?? message.id }))

describe.each(sdks)('Chat of AI SDK $major:', (sdk) => {
  let app: App
  let chat: string
  beforeEach(async () => {
    app = await startApp({ sdk, client, tools: toolsOf(sdk.ai) })
  })
  afterEach(() => app.close())

  const open = (init: Parameters<typeof openPage>[1]['init'] = {}, messages: readonly UIMessage[] = []) =>
    openPage(sdk, { id: chat, api: app.api, messages, init })
  const newChat = () => {
    chat = `chat-${crypto.randomUUID()}`
    return open()
  }
  const reload = async (init: Parameters<typeof open>[0] = {}) => open(init, (await client.list(chat)).map(toUIMessage))
  const expectStored = async (page: Page) => {
    await app.settled()
    expect(page.error).toBeUndefined()
    expect(shown(await client.list(chat))).toEqual(asJson(page.messages).map(toUIMessage))
  }
  const allTexts = async () => (await client.list(chat, { view: 'tree' })).map(textOf)

  it('keeps what is sent and what is answered', async () => {
    const page = newChat()
    app.next(says('Sunny and warm.'), call(toolCall(lisbon)), says('Clear.'))
    await page.sendMessage({ text: 'What is the weather?', metadata: { at: 1 } })
    await expectStored(page)
    await page.sendMessage({
      text: 'And here?',
      files: [
        { type: 'file', mediaType: 'image/png', filename: 'here.png', url: 'data:image/png;base64,iVBORw0KGgo=' },
      ],
    })
    await expectStored(page)
    expect(await allTexts()).toEqual(['What is the weather?', 'Sunny and warm.', 'And here?', 'Clear.'])
  })

  it('goes on with what a reload has loaded', async () => {
    const first = newChat()
    app.next(says('One.'), says('Two.'))
    await first.sendMessage({ text: 'First' })
    await app.settled()
    const page = await reload()
    expect(asJson(page.messages)).toEqual(asJson(first.messages).map(toUIMessage))
    await page.sendMessage({ text: 'Second' })
    await expectStored(page)
    expect(await allTexts()).toEqual(['First', 'One.', 'Second', 'Two.'])
  })

  it('regenerates the last answer and keeps the old one beside it', async () => {
    const page = newChat()
    app.next(says('First try.'), says('Second try.'))
    await page.sendMessage({ text: 'Question' })
    const old = idOf(page, -1)
    await app.settled()
    await page.regenerate()
    await expectStored(page)
    expect(await allTexts()).toEqual(['Question', 'First try.', 'Second try.'])
    const [, answer] = await client.list(chat, { siblings: 'true' })
    expect(answer).toMatchObject({ siblings: { ids: [old, answer?.id], position: 2 } })
  })

  it('regenerates an answer in the middle and keeps what followed it', async () => {
    const page = newChat()
    app.next(says('One.'), says('Two.'), says('Another one.'), says('Another two.'))
    await page.sendMessage({ text: 'First' })
    const middle = idOf(page, -1)
    await page.sendMessage({ text: 'Second' })
    const end = idOf(page, -1)
    const before = asJson(page.messages).map(toUIMessage)
    await app.settled()
    await page.regenerate({ messageId: middle })
    await expectStored(page)
    await page.sendMessage({ text: 'Third' })
    await expectStored(page)
    expect(shown(await client.list(chat, { leafId: end }))).toEqual(before)
    expect(await allTexts()).toEqual(['First', 'One.', 'Second', 'Two.', 'Another one.', 'Third', 'Another two.'])
  })

  it('edits a message under the id that it has, and keeps the old text', async () => {
    const page = newChat()
    app.next(says('One.'), says('Two.'), says('Three.'), says('Four.'), says('Five.'))
    await page.sendMessage({ text: 'First' })
    await page.sendMessage({ text: 'Second' })
    const edited = idOf(page, 2)
    await page.sendMessage({ text: 'Second, edited', messageId: edited })
    await expectStored(page)
    expect(idOf(page, 2)).toBe(edited)
    await page.sendMessage({ text: 'Third' })
    await expectStored(page)
    await page.sendMessage({ text: 'Second, edited again', messageId: edited })
    await expectStored(page)
    expect(await allTexts()).toEqual(
      'First|One.|Second|Two.|Second, edited|Three.|Third|Four.|Second, edited again|Five.'.split('|'),
    )
    const [, , question] = await client.list(chat, { siblings: 'true' })
    expect(question).toMatchObject({ sentId: edited, siblings: { ids: [edited, expect.anything(), question?.id] } })
  })

  it('edits the first message after a reload', async () => {
    const first = newChat()
    app.next(says('One.'), says('Two.'), says('Three.'))
    await first.sendMessage({ text: 'First' })
    await first.sendMessage({ text: 'First, edited', messageId: idOf(first, 0) })
    await expectStored(first)
    const page = await reload()
    await page.sendMessage({ text: 'First, edited again', messageId: idOf(page, 0) })
    await expectStored(page)
    expect(await allTexts()).toEqual(['First', 'One.', 'First, edited', 'Two.', 'First, edited again', 'Three.'])
  })

  it('stops an answer, keeps what there is of it, and goes on', async () => {
    const page = newChat()
    app.next(says('Sunny and warm.').slice(0, 4), says('Rain.'))
    const sending = page.sendMessage({ text: 'What is the weather?' })
    await soon(() => expect(textOf(page.lastMessage as UIMessage)).toBe('Sunny and'))
    await page.stop()
    await sending
    await expectStored(page)
    expect((await client.list(chat)).at(-1)).toMatchObject({ status: 'stopped' })
    await page.sendMessage({ text: 'And tomorrow?' })
    await expectStored(page)
    expect(await allTexts()).toEqual(['What is the weather?', 'Sunny and', 'And tomorrow?', 'Rain.'])
  })

  it('answers a tool of the page after a reload, in the message that asked', async () => {
    const { lastAssistantMessageIsCompleteWithToolCalls: sendAutomaticallyWhen } = sdk.ai
    const first = newChat()
    app.next(call(text('a', ['Tell me.']), toolCall(lisbon, { name: 'ask' })), says('Thanks.'))
    await first.sendMessage({ text: 'Ask me' })
    await expectStored(first)
    const page = await reload({ sendAutomaticallyWhen: (options) => sendAutomaticallyWhen(options) })
    await page.addToolResult({ tool: 'ask' as never, toolCallId: 'call-1', output: { city: 'Porto' } })
    await soon(() => expect(page.messages.at(-1)?.parts.at(-1)).toMatchObject({ text: 'Thanks.', state: 'done' }))
    await soon(() => expect(page.status).toBe('ready'))
    await expectStored(page)
    expect(await client.list(chat, { view: 'tree' })).toHaveLength(2)
  })

  it.runIf(sdk.major > 5).each([true, false])(
    'an approval after a reload continues the message that asked: granted %s',
    async (approved) => {
      const { lastAssistantMessageIsCompleteWithApprovalResponses: sendAutomaticallyWhen } = sdk.ai
      const first = newChat()
      app.next(call(toolCall(lisbon, { name: 'book' })), says('Done.'))
      await first.sendMessage({ text: 'Book it' })
      await expectStored(first)
      const page = await reload({ sendAutomaticallyWhen: (options) => sendAutomaticallyWhen(options) })
      const part = page.lastMessage?.parts.at(-1)
      const approval = part && 'approval' in part ? part.approval : undefined
      await page.addToolApprovalResponse({ id: approval?.id ?? '', approved })
      await soon(() => expect(page.messages.at(-1)?.parts.at(-1)).toMatchObject({ text: 'Done.', state: 'done' }))
      await soon(() => expect(page.status).toBe('ready'))
      await expectStored(page)
      expect(await client.list(chat, { view: 'tree' })).toHaveLength(2)
    },
  )

  it('two tabs that write to the same chat make two branches, and neither loses anything', async () => {
    const first = newChat()
    app.next(says('One.'))
    await first.sendMessage({ text: 'First' })
    await app.settled()
    const tabs = [await reload(), await reload()]
    app.next(says('Same.'), says('Same.'))
    await Promise.all(tabs.map((tab, i) => tab.sendMessage({ text: `Tab ${i}` })))
    await app.settled()
    const tree = await client.list(chat, { view: 'tree' })
    expect(tree).toHaveLength(6)
    for (const tab of tabs) {
      expect(tab.error).toBeUndefined()
      const path = await client.list(chat, { leafId: idOf(tab, -1) })
      expect(shown(path)).toEqual(asJson(tab.messages).map(toUIMessage))
    }
  })
})
