// @module-tag slow
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ExportedMessageRepository, MessageRepository } from '../../clients/assistant-ui.ts'
import { asJson, type Client, type Parley, startParley } from './parley.ts'

vi.setConfig({ hookTimeout: 120_000 })

let parley: Parley
let client: Client
beforeAll(async () => {
  parley = await startParley()
  client = await parley.newClient()
})
afterAll(() => parley.close())

type Item = ReturnType<MessageRepository['export']>['messages'][number]

/** As an app stores what assistant-ui holds: the content as parts, what Parley has no field for as metadata. */
const toRow = ({ message: { id, role, content, ...rest }, parentId }: Item) => ({
  id,
  parentId,
  role,
  parts: content,
  metadata: asJson(rest),
})

const toItem = (row: ReturnType<typeof toRow>): Item => {
  const { id, parentId, role, parts: content, metadata } = row
  const createdAt = new Date(metadata.createdAt)
  return { parentId, message: { ...metadata, id, role, content, createdAt } as Item['message'] }
}

/** Six answers to one question, of which one is a long branch, an edit, and two beginnings. */
function newRepository(): MessageRepository {
  const repository = new MessageRepository()
  const say = (parentId: string | null, id: string, role: 'user' | 'assistant', content: unknown) => {
    const status = role === 'assistant' && { status: { type: 'complete', reason: 'stop' } }
    const message = { id, role, content, ...status, createdAt: new Date('2026-11-29T12:00:00.123Z') } as never
    const [item] = ExportedMessageRepository.fromBranchableArray([{ parentId, message }]).messages
    if (item) repository.addOrUpdateMessage(parentId, item.message)
  }
  say(null, 'welcome', 'assistant', 'Hello!')
  say('welcome', 'Q-1', 'user', [
    { type: 'text', text: 'What is it?' },
    { type: 'image', image: 'data:image/png;base64,iVBORw0KGgo=' },
  ])
  for (const answer of ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6']) say('Q-1', answer, 'assistant', `It is ${answer}.`)
  say('A-2', 'Q-2', 'user', 'Sure?')
  say('Q-2', 'A-7', 'assistant', [
    { type: 'reasoning', text: 'Look again.' },
    {
      type: 'tool-call',
      toolCallId: 'call-1',
      toolName: 'look',
      args: { at: 'it' },
      argsText: '{"at":"it"}',
      result: null,
    },
    { type: 'source', sourceType: 'url', id: 's1', url: 'https://example.com' },
    { type: 'text', text: 'Sure.' },
  ])
  say('A-2', 'Q-2-edited', 'user', 'Are you sure?')
  say('Q-2-edited', 'A-8', 'assistant', 'Yes.')
  say(null, 'Q-0', 'user', 'Another beginning')
  return repository
}

const imported = async (chat: string) => {
  const { activeLeafId } = await client.call<{ activeLeafId: string }>('GET', `/v1/conversations/${chat}`)
  const rows = await client.list(chat, { view: 'tree' })
  const repository = new MessageRepository()
  repository.import({ headId: activeLeafId, messages: (rows as never as ReturnType<typeof toRow>[]).map(toItem) })
  return repository
}

it('a tree of regenerations in assistant-ui comes back as it was stored, with the same head', async () => {
  const repository = newRepository()
  repository.switchToBranch('A-3')
  const tree = repository.export()
  const chat = `tree-${crypto.randomUUID()}`
  await client.call('POST', '/v1/conversations', { id: chat })
  await client.append(chat, { messages: tree.messages.map(toRow) })
  await client.call('PATCH', `/v1/conversations/${chat}`, { activeLeafId: tree.headId })

  const read = await imported(chat)
  expect(read.export()).toEqual(tree)
  expect(read.headId).toBe('A-3')
  expect(read.getBranches('A-3')).toEqual(['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'])
  expect(read.getMessages().map(({ id }) => id)).toEqual(['welcome', 'Q-1', 'A-3'])
})

it('each branch of assistant-ui saved as a whole chat makes the same tree', async () => {
  const repository = newRepository()
  const tree = repository.export()
  const chat = `tree-${crypto.randomUUID()}`
  const parents = new Set(tree.messages.map(({ parentId }) => parentId))
  const leaves = tree.messages.map(({ message }) => message.id).filter((id) => !parents.has(id))
  expect(leaves).toHaveLength(8)
  for (const leaf of leaves) {
    const path = repository.getMessages(leaf).map((message) => {
      const { parentId: _parentId, ...row } = toRow({ message, parentId: null })
      return row
    })
    await client.put(chat, path)
  }
  const byId = ({ messages }: typeof tree) => messages.toSorted((a, b) => a.message.id.localeCompare(b.message.id))
  expect(byId((await imported(chat)).export())).toEqual(byId(tree))
})

it('siblings say which leaf lies below each, so that a branch is switched without the tree', async () => {
  const repository = newRepository()
  const chat = `tree-${crypto.randomUUID()}`
  await client.call('POST', '/v1/conversations', { id: chat })
  await client.append(chat, { messages: repository.export().messages.map(toRow) })
  const path = await client.list(chat, { siblings: 'true', leafId: 'A-3' })
  expect(path.at(-1)).toMatchObject({
    siblings: {
      ids: ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'],
      leafIds: ['A-1', 'A-8', 'A-3', 'A-4', 'A-5', 'A-6'],
      position: 3,
    },
  })
})
