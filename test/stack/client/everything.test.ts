import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ExportLine, Parley as Client } from '../../../src/client/index.ts'
import type { LocalSignIn } from '../../../dev/cognito.ts'
import { type Parley, startParley } from '../sdk/parley.ts'
import { installClient, type Project } from './install.ts'
import { type Proxy, startProxy } from './proxy.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let project: Project
let parley: Parley
let proxy: Proxy
let lib: Awaited<ReturnType<Project['load']>>
beforeAll(async () => {
  ;[project, parley] = await Promise.all([installClient(), startParley()])
  proxy = await startProxy(parley.url)
  lib = await project.load()
})
afterAll(() => Promise.all([project?.close(), parley?.close(), proxy?.close()]))

let tokens: LocalSignIn
let client: Client
beforeEach(async () => {
  proxy.fail()
  ;({ tokens, client } = await newUser())
})

async function newUser() {
  const tokens = await parley.newSignIn()
  const client = open(tokens.accessToken)
  await client.session.signIn()
  return { tokens, client }
}
const open = (token: string) => lib.createParley({ baseUrl: `${proxy.url}/`, auth: lib.bearer(async () => token) })
const soon = () => ({ signal: AbortSignal.timeout(50_000) })
const allOf = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('Documents', () => {
  const handbook = {
    externalId: 'handbook',
    title: 'Handbook',
    content: '# Apples\n\nApple trees are pruned in winter.',
  }

  it('are replaced by their external id, waited for, found, cited, and listed', async () => {
    const { id } = await client.documents.upsert({ ...handbook, tags: ['garden'] })
    const grown = {
      ...handbook,
      content: `${handbook.content}\n\n# Pears\n\nPears ripen off the tree.`,
      tags: ['garden'],
    }
    expect((await client.documents.upsert(grown)).id).toBe(id)
    const ready = await client.documents.waitUntilEmbedded(id, soon())
    expect(ready).toMatchObject({ status: 'ready', embeddings: { pending: 0, failed: 0 } })
    const { data } = await client.search({ query: 'when pears ripen', sources: ['document'] })
    expect(data[0]).toMatchObject({ source: 'document', documentId: id })
    const { passages } = await client.context({ query: 'pruning apple trees' })
    expect(passages.map(({ documentId }) => documentId)).toContain(id)
    expect((await client.documents.list({ tag: ['garden'] }).toArray()).map((each) => each.id)).toEqual([id])
    const [chunk] = await client.documents.chunks(id).toArray()
    expect(chunk?.content).toContain('Pears ripen')
  })

  it('can be changed under an ETag, deleted, restored and purged', async () => {
    const created = await client.documents.create(handbook)
    const changed = await client.documents.update(created.id, { title: 'Book' }, { ifMatch: client.etagOf(created) })
    const stale = client.documents.update(created.id, { title: 'Old' }, { ifMatch: client.etagOf(created) })
    await expect(stale).rejects.toMatchObject({ code: 'precondition_failed' })
    await client.documents.delete(created.id)
    expect(await client.documents.list().toArray()).toEqual([])
    expect(await client.documents.restore(created.id)).toMatchObject({ title: changed.title })
    const { confirmation } = await client.documents.previewPurge(created.id)
    proxy.fail('lose')
    await client.documents.purge(created.id, confirmation)
    await expect(client.documents.get(created.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('are not waited for any longer than the signal says', async () => {
    const { id } = await client.documents.create(handbook)
    const pending = { ...(await client.documents.get(id)), status: 'pending' }
    const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(pending) }
    proxy.fail(...Array.from({ length: 20 }, () => answer))
    await expect(client.documents.waitUntilEmbedded(id, { signal: AbortSignal.timeout(300) })).rejects.toThrow(
      'timeout',
    )
  })
})

describe('Conversations', () => {
  it('are opened, changed, forked, archived in bulk and purged', async () => {
    const { id } = await client.conversations.create({ title: 'A', messages: [{ role: 'user', content: 'Hello' }] })
    await client.messages.append(id, [
      { id: 'm1', role: 'assistant', content: 'Good morning' },
      { id: 'm2', role: 'user', content: 'And now?' },
    ])
    const fork = await client.conversations.fork(id, { messageId: 'm1', title: 'B' })
    expect(await client.messages.list(fork.id).toArray()).toHaveLength(2)
    await client.messages.delete(id, 'm2')
    expect(await client.messages.restore(id, 'm2')).toMatchObject({ content: 'And now?' })
    expect(await client.messages.get(id, 'm2')).toMatchObject({ parentId: 'm1' })
    expect(await client.conversations.update(id, { pinned: true })).toMatchObject({ pinned: true })
    const { data } = await client.conversations.bulk({ action: 'archive', ids: [fork.id] })
    expect(data).toEqual([{ id: fork.id, status: 'done' }])
    const archived = await client.conversations.list({ archived: true }).toArray()
    expect(archived.map(({ title }) => title)).toEqual(['B'])
    await client.conversations.delete(id)
    await client.conversations.restore(id)
    const { confirmation, messageCount } = await client.conversations.previewPurge(id)
    expect(messageCount).toBe(3)
    await client.conversations.purge(id, confirmation)
    await expect(client.conversations.get(id)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('What one has', () => {
  beforeEach(async () => {
    const messages = Array.from({ length: 30 }, (_, n) => ({ role: 'user' as const, content: `Note ${n}: Äpfel 🍎` }))
    await client.conversations.create({ id: 'notes', title: 'Notes', messages })
  })

  it('is taken along line by line, and taken in by somebody else from a stream, a file or its text', async () => {
    const lines = await allOf(client.export())
    const contents = lines.flatMap((line: ExportLine) => (line.type === 'message' ? line.content : []))
    expect(contents).toHaveLength(30)
    expect(contents).toContain('Note 7: Äpfel 🍎')
    expect(lines.at(-1)).toMatchObject({ type: 'end', counts: { message: 30 } })

    const text = await new Response(await client.exportStream()).text()
    const blob = new Blob([text])
    for (const source of [await client.exportStream(), text, blob]) {
      const { client: other } = await newUser()
      expect(await other.import(source)).toMatchObject({ complete: true, taken: { message: 30 }, errors: [] })
      expect(await other.messages.list('notes').toArray()).toHaveLength(30)
    }
  })

  it('is no whole export when it breaks off', async () => {
    proxy.fail({
      status: 200,
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{"type":"export","format":1}\n',
    })
    await expect(allOf(client.export())).rejects.toThrow('broke off')
  })

  it('grows by a list of UIMessages, into a conversation of one’s choice', async () => {
    const list = [{ id: 'ui-1', role: 'user' as const, parts: [{ type: 'text' as const, text: 'Imported' }] }]
    const { into } = await client.import(list, { conversationId: 'imported' })
    expect(into).toBe('imported')
    expect((await client.loadChat('imported')).messages).toEqual(list)
    expect(await client.import(JSON.stringify(list))).toMatchObject({ format: 'uiMessages' })
  })

  it('is counted, recorded, embedded and found', async () => {
    const usage = await client.usage()
    expect(usage.find(({ quota }) => quota === 'messages')).toMatchObject({ used: 30, limit: null })
    const [event] = (await client.auditEvents({ limit: 1 }).page()).data
    expect(event).toMatchObject({ action: 'create' })
    await vi.waitFor(async () => expect(await client.embeddingJobs.list().toArray()).toEqual([]), { timeout: 30_000 })
    expect(await client.embeddingJobs.retryAll()).toEqual({ retried: 0 })
    const hits = await client.search({ query: 'Note 7', mode: 'keyword', limit: 3 })
    expect(hits.data[0]).toMatchObject({ source: 'message', conversationId: 'notes' })
    const next = await client.search({ query: 'Note 7', mode: 'keyword', limit: 3, cursor: hits.nextCursor ?? '' })
    expect(next.data).toHaveLength(3)
  })
})

describe('The user', () => {
  it('has a profile and sign-ins, of which the others can be ended', async () => {
    const change = { firstName: 'Ada' }
    expect(await client.me.update(change)).toMatchObject(change)
    expect(await client.me.get()).toMatchObject({ id: tokens.sub, ...change })
    const sessions = await client.session.list().toArray()
    expect(sessions.map(({ current }) => current)).toEqual([true])
    await client.session.revokeOthers()
    await client.session.revoke(sessions[0]?.id ?? '')
    await expect(client.me.get()).rejects.toMatchObject({ code: 'session_revoked', status: 401 })
  })

  it('can delete the account', async () => {
    const { deletedAt, purgeAfter } = await client.me.delete()
    expect(Date.parse(purgeAfter)).toBeGreaterThan(Date.parse(deletedAt))
    await expect(client.me.get()).rejects.toMatchObject({ status: 403, code: 'account_deleted' })
  })
})

describe('api', () => {
  it('has every route, with types, keys and problems as everything else', async () => {
    const json = { embedding: Array.from({ length: 1536 }, (_, n) => n / 1536), model: 'mine', content: 'A vector' }
    proxy.fail('lose')
    const vector = await (await client.api.v1.vectors.$post({ json })).json()
    const { data } = await (await client.api.v1.vectors.search.$post({ json: { embedding: json.embedding } })).json()
    expect(data.map(({ id }) => id)).toEqual([vector.id])
    expect(await (await client.api.healthz.$get()).json()).toMatchObject({ status: 'ok' })
    const missing = client.api.v1.conversations[':conversationId'].$get({ param: { conversationId: 'nowhere' } })
    await expect(missing).rejects.toBeInstanceOf(lib.ParleyProblem)
  })
})
