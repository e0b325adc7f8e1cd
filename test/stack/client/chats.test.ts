import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChatMessageLike, Parley as Client } from '../../../src/client/index.ts'
import { type Parley, startParley } from '../sdk/parley.ts'
import { compile, ROOT } from './compile.ts'
import { installClient, type Project } from './install.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let project: Project
let parley: Parley
let lib: Awaited<ReturnType<Project['load']>>
beforeAll(async () => {
  ;[project, parley] = await Promise.all([installClient(), startParley()])
  lib = await project.load()
})
afterAll(() => Promise.all([project?.close(), parley?.close()]))

let token: string
let client: Client
let chat: string
beforeEach(async () => {
  token = (await parley.newSignIn()).accessToken
  client = open()
  await client.session.signIn()
  chat = `chat-${crypto.randomUUID()}`
})
const open = () => lib.createParley({ baseUrl: parley.url, auth: lib.bearer(() => token) })

const say = (id: string, text: string, role: 'user' | 'assistant' = 'user') => {
  return { id, role, parts: [{ type: 'text', text }] }
}
const textsOf = (messages: readonly ChatMessageLike[]) => JSON.parse(JSON.stringify(messages.map(({ parts }) => parts)))
const idsOf = (messages: readonly ChatMessageLike[]) => messages.map(({ id }) => id)

describe('A chat', () => {
  it('that was never saved is empty, and one of another branch is not', async () => {
    expect(await client.loadChat(chat)).toMatchObject({ messages: [], exists: false })
    await expect(client.loadChat(chat, { leafId: 'q1' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is saved and loaded; the same list again writes nothing', async () => {
    const messages = [{ ...say('q1', 'Today?'), metadata: { at: 1 } }, say('a1', 'Sunny.', 'assistant')]
    const { ids, results } = await client.saveChat(chat, messages)
    expect([...ids]).toEqual([
      ['q1', 'q1'],
      ['a1', 'a1'],
    ])
    expect(results.map(({ result }) => result)).toEqual(['created', 'created'])
    expect(await client.loadChat(chat)).toMatchObject({ messages, exists: true })
    const again = await client.saveChat(chat, messages)
    expect(again.results.map(({ result }) => result)).toEqual(['unchanged', 'unchanged'])
  })

  it('has an answer that is being written, and one that was stopped', async () => {
    const question = say('q1', 'Tell me all.')
    const statusOf = async () => (await client.messages.list(chat).toArray()).at(-1)?.status
    await client.saveChat(chat, [question, say('a1', 'It', 'assistant')], { status: 'in_progress' })
    expect(await statusOf()).toBe('in_progress')
    await client.saveChat(chat, [question, say('a1', 'It was', 'assistant')], { status: 'stopped' })
    expect(await statusOf()).toBe('stopped')
  })

  it(
    'that is longer than a request and a page is saved and loaded whole, and can be edited in its beginning',
    { tags: 'slow' },
    async () => {
      const messages = Array.from({ length: 1203 }, (_, n) =>
        say(`m${n}`, `This is ${n}`, n % 2 === 0 ? 'user' : 'assistant'),
      )
      const { ids, results } = await client.saveChat(chat, messages)
      expect(results).toHaveLength(1203)
      expect(ids.size).toBe(1203)
      expect((await client.loadChat(chat)).messages).toEqual(messages)
      const edited = messages.with(3, say('m3', 'Another answer', 'assistant'))
      const second = await client.saveChat(chat, edited)
      const { messages: loaded, branches } = await client.loadChat(chat)
      expect(textsOf(loaded)).toEqual(textsOf(edited))
      expect(idsOf(loaded)).toEqual(edited.map(({ id }) => second.ids.get(id)))
      expect([...branches.values()].map(({ position, count }) => [position, count])).toEqual([[2, 2]])
      expect((await client.conversations.get(chat)).messageCount).toBe(1203 * 2 - 3)
    },
  )

  it('has files that a page leaves out', async () => {
    const url = `data:image/png;base64,${'iVBORw0KGgo'.repeat(80_000)}`
    const messages: ChatMessageLike[] = Array.from({ length: 12 }, (_, n) => ({
      id: `photo-${n}`,
      role: 'user',
      parts: [{ type: 'file', mediaType: 'image/png', url }],
    }))
    // More than 8 MiB: several requests.
    await client.saveChat(chat, messages)
    expect((await client.loadChat(chat)).messages).toEqual(messages)
  })
})

describe('Branches', () => {
  const question = say('q1', 'Which tree?')
  beforeEach(async () => {
    for (const [id, text] of Object.entries({ a1: 'Apple.', a2: 'Pear.', a3: 'Plum.' })) {
      await client.saveChat(chat, [question, say(id, text, 'assistant'), say(`more-${id}`, 'More?')])
    }
  })

  it('say which they are and what stands beside them', async () => {
    const { messages, branches } = await client.loadChat(chat)
    expect(idsOf(messages)).toEqual(['q1', 'a3', 'more-a3'])
    expect([...branches.keys()]).toEqual(['a3'])
    expect(branches.get('a3')).toEqual({
      position: 3,
      count: 3,
      previousLeafId: 'more-a2',
      nextLeafId: null,
      ids: ['a1', 'a2', 'a3'],
      leafIds: ['more-a1', 'more-a2', 'more-a3'],
    })
  })

  it('are shown by leafId here, and switched for every device', async () => {
    const leafId = 'more-a1'
    expect(idsOf((await client.loadChat(chat, { leafId })).messages)).toEqual(['q1', 'a1', 'more-a1'])
    expect(idsOf((await open().loadChat(chat)).messages)).toEqual(['q1', 'a3', 'more-a3'])
    const { messages, branches } = await client.switchBranch(chat, leafId)
    expect(idsOf(messages)).toEqual(['q1', 'a1', 'more-a1'])
    expect(branches.get('a1')).toMatchObject({ position: 1, previousLeafId: null, nextLeafId: 'more-a2' })
    expect(idsOf((await open().loadChat(chat)).messages)).toEqual(['q1', 'a1', 'more-a1'])
  })

  it('are made by an edit, whose id maps to the stored one', async () => {
    const edited = [question, say('a1', 'An apple tree.', 'assistant')]
    const stored = (await client.saveChat(chat, edited)).ids.get('a1') ?? ''
    expect(stored).not.toBe('a1')
    const loaded = await client.loadChat(chat)
    expect(idsOf(loaded.messages)).toEqual(['q1', stored])
    expect([...loaded.ids]).toEqual([['a1', stored]])
    expect(await client.messages.update(chat, stored, { metadata: { liked: true } })).toMatchObject({ sentId: 'a1' })
  })

  it('keep what each of two tabs has said', async () => {
    const [first, second] = [open(), open()]
    const [{ messages: one }, { messages: other }] = await Promise.all([first.loadChat(chat), second.loadChat(chat)])
    await Promise.all([
      first.saveChat(chat, [...one, say('left', 'From the left')]),
      second.saveChat(chat, [...other, say('right', 'From the right')]),
    ])
    // The left tab has not seen the right one's message, and goes on.
    await first.saveChat(chat, [...one, say('left', 'From the left'), say('left-2', 'Still the left', 'assistant')])
    const { messages, branches } = await client.loadChat(chat)
    expect(idsOf(messages).slice(-2)).toEqual(['left', 'left-2'])
    expect(branches.get('left')?.ids.toSorted()).toEqual(['left', 'right'])
  })
})

describe('Lists', () => {
  it('are read to their end, page by page, and no further than somebody reads', async () => {
    for (let n = 0; n < 7; n++) await client.conversations.create({ id: `c${n}`, metadata: { even: n % 2 === 0 } })
    const newest = ['c6', 'c5', 'c4', 'c3', 'c2', 'c1', 'c0']
    const seen: string[] = []
    for await (const { id } of client.conversations.list({ limit: 3 })) seen.push(id)
    expect(seen).toEqual(newest)
    const sizes: number[] = []
    for await (const { data } of client.conversations.list({ limit: 3 }).pages()) sizes.push(data.length)
    expect(sizes).toEqual([3, 3, 1])
    const even = await client.conversations.list({ limit: 2, metadata: { even: true } }).toArray()
    expect(idsOf(even as never)).toEqual(['c6', 'c4', 'c2', 'c0'])

    const page = await client.conversations.list({ limit: 3 }).page()
    const next = await client.conversations.list({ limit: 3, cursor: page.nextCursor ?? '' }).page()
    expect(next.data.map(({ id }) => id)).toEqual(['c3', 'c2', 'c1'])
    const stop = new AbortController()
    const read = async () => {
      for await (const _ of client.conversations.list({ limit: 3 }, { signal: stop.signal }))
        stop.abort(new Error('Enough'))
    }
    await expect(read()).rejects.toThrow('Enough')
  })
})

describe('docs/client.md', () => {
  it('compiles, runs, and says what it does', async () => {
    const page = await readFile(join(ROOT, 'docs/client.md'), 'utf8')
    const code = [...page.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, block]) => block).join('\n')
    const known = 'declare const user: { accessToken: string; refresh(): Promise<void> }\n'
    const ai = "import type { LoadedMessage as UIMessage } from '@parley/client'"
    const guide = known + code.replace("import type { UIMessage } from 'ai'", ai)
    const setup = `globalThis.user = { accessToken: ${JSON.stringify(token)} }`
    await project.write({ 'guide.ts': guide.replace('https://parley.example.com', parley.url), 'setup.js': setup })
    expect((await compile(project.directory, ['guide.ts'])).errors).toEqual([])

    const args = ['--no-warnings', '--import', './setup.js', 'guide.ts']
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project.directory })
    const lines = stdout.split('\n')
    expect(lines).toContain('When do I prune pear trees?')
    expect(lines.some((line) => line.startsWith('Handbook '))).toBe(true)
    expect(lines.some((line) => line.startsWith('title '))).toBe(true)
    const { messages } = await client.loadChat('chat-1')
    expect(textsOf(messages)).toEqual([[{ type: 'text', text: 'When do I prune apple trees?' }]])
  })
})
