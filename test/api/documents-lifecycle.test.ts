import { beforeEach, describe, expect, inject, it } from 'vitest'
import {
  chunksOf,
  createPendingApi,
  CUT,
  type Document,
  DOCUMENTS,
  getDocument,
  put,
  textOf,
} from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, type Page, read, statusesOf } from './helpers.ts'

const api = createApi()
/** What is deleted here is due at once. Apart, as its sweep takes what is due of everybody. */
const apart = createApi({ ...inject('apart') })
const hasty = createApi({ ...inject('apart'), CONVERSATION_RETENTION_DAYS: '0' })
let ada: TestUser
let id: string

beforeEach(async () => {
  ada = await api.newUser()
  id = (await put(ada, { content: textOf(1, 2), externalId: 'e', ...CUT })).id
})

const path = (action = '') => `${DOCUMENTS}/${id}${action}`
const preview = (user = ada) => read<{ confirmation: string; chunkCount: number }>(user.post(path('/purge'), {}))
const isGone = async (user = ada) => {
  for (const answer of [
    await user.get(path()),
    await user.get(path('/chunks')),
    await user.patch(path(), { title: 'a' }),
    await user.patch(path(), { format: 'text' }),
    await user.delete(path()),
    await user.post(path('/restore')),
    await user.post(path('/purge'), {}),
  ]) {
    await expectProblem(answer, 404, 'not_found')
  }
}
const eventsOf = async (user: TestUser) =>
  (await read<Page<Record<string, string>>>(user.get('/v1/audit-events?limit=100'))).data.flatMap(
    ({ actor, action, resource }) => (resource === 'document' ? [`${actor} ${action}`] : []),
  )

describe('A deleted document', () => {
  it('is not found, and comes back as it was', async () => {
    const before = await getDocument(ada, id)
    const chunks = await chunksOf(ada, id)
    expect((await ada.delete(path())).status).toBe(204)
    await expectProblem(await ada.get(path()), 404, 'not_found')
    await expectProblem(await ada.get(path('/chunks')), 404, 'not_found')
    await expectProblem(await ada.delete(path()), 404, 'not_found')
    const answer = await ada.post(path('/restore'))
    const restored = await read<Document>(answer)
    expect(restored).toEqual({ ...before, updatedAt: restored.updatedAt })
    expect(answer.headers.get('ETag')).toBe((await ada.get(path())).headers.get('ETag'))
    expect(await chunksOf(ada, id)).toEqual(chunks)
    expect(await eventsOf(ada)).toEqual(['user restore', 'user delete', 'user create'])
  })

  it('that is not deleted stays as it is', async () => {
    const before = await ada.get(path())
    const answer = await ada.post(path('/restore'))
    expect(answer.headers.get('ETag')).toBe(before.headers.get('ETag'))
    expect(await read(answer)).toEqual(await read(before))
  })

  it('has what waited embedded once it is back', async () => {
    const waiting = createPendingApi()
    const eve = await waiting.newUser()
    id = (await put(eve, { content: textOf(1, 2), ...CUT })).id
    await eve.delete(path())
    const restored = await read<Document>(api.as(eve).post(path('/restore')))
    expect(restored.embeddings).toEqual({ ready: 0, pending: 2, failed: 0 })
    expect(await getDocument(eve, id)).toMatchObject({ status: 'ready' })
  })
})

describe('Once its time is over', () => {
  let bob: TestUser
  beforeEach(async () => {
    bob = await apart.newUser()
    await put(bob, { id, content: textOf(1, 2), externalId: 'e', ...CUT })
  })

  it('a deleted document is gone, and the sweep removes it', async () => {
    const other = await put(bob)
    await hasty.as(bob).delete(path())
    await isGone(bob)
    await apart.sweep()
    await isGone(bob)
    expect(await eventsOf(bob)).toContain('system purge')
    expect(await put(bob, { id, externalId: 'e', content: 'New' })).toMatchObject({ id, chunkCount: 1 })
    expect(await getDocument(bob, other.id)).toMatchObject({ status: 'ready' })
  })

  it('the sweep leaves alone what can still be restored', async () => {
    const chunks = await chunksOf(bob, id)
    await bob.delete(path())
    await apart.sweep()
    expect(await read(bob.post(path('/restore')))).toMatchObject({ id, chunkCount: 2, status: 'ready' })
    expect(await chunksOf(bob, id)).toEqual(chunks)
  })

  it('a document that is sent again comes back all the same', async () => {
    await hasty.as(bob).delete(path())
    const back = await read<Document>(
      bob.post(DOCUMENTS, { title: 'T', content: textOf(2, 3), externalId: 'e', ...CUT }),
    )
    await apart.sweep()
    expect(await getDocument(bob, id)).toMatchObject({ id: back.id, title: 'T', status: 'ready' })
    expect(await chunksOf(bob, id)).toHaveLength(2)
  })
})

const confirmationOf = async (user: TestUser, address: string) =>
  (await read<{ confirmation: string }>(user.post(`${address}/purge`, {}))).confirmation

describe('A purge', () => {
  it('asks first, and removes for good when it is confirmed', async () => {
    const { confirmation, chunkCount } = await preview()
    expect(chunkCount).toBe(2)
    expect(await getDocument(ada, id)).toMatchObject({ chunkCount: 2 })
    const posts = await api.posts()
    const answer = await ada.post(path('/purge'), { confirmation })
    expect([answer.status, (await api.posts()) - posts]).toEqual([204, 1])
    await isGone()
    await expectProblem(await ada.post(path('/purge'), { confirmation }), 404, 'not_found')
    expect(await eventsOf(ada)).toEqual(['user purge', 'user create'])
    expect(await put(ada, { id, externalId: 'e' })).toMatchObject({ id })
  })

  it('works on a deleted document', async () => {
    await ada.delete(path())
    const { confirmation } = await preview()
    expect((await ada.post(path('/purge'), { confirmation })).status).toBe(204)
    await isGone()
  })

  it.each([
    ['a change', () => ada.patch(path(), { title: 'Other' })],
    ['another content', () => ada.post(DOCUMENTS, { externalId: 'e', title: 'a', content: 'b' })],
    ['a deletion', () => ada.delete(path())],
  ])('is off when %s came in between', async (_, change) => {
    const { confirmation } = await preview()
    await change()
    await expectProblem(await ada.post(path('/purge'), { confirmation }), 412, 'precondition_failed')
    const { confirmation: fresh } = await preview()
    expect((await ada.post(path('/purge'), { confirmation: fresh })).status).toBe(204)
  })

  it('takes no confirmation that was made for something else', async () => {
    const other = await put(ada)
    const eve = await api.newUser()
    await put(eve, { id })
    // A conversation of the same id has its own.
    await ada.post('/v1/conversations', { id })
    const { confirmation } = await preview()
    for (const wrong of [
      await confirmationOf(ada, `${DOCUMENTS}/${other.id}`),
      await confirmationOf(eve, path()),
      await confirmationOf(ada, `/v1/conversations/${id}`),
      'x',
      '',
      `${confirmation}A`,
    ]) {
      await expectProblem(await ada.post(path('/purge'), { confirmation: wrong }), 412, 'precondition_failed')
    }
    expect(await getDocument(ada, id)).toMatchObject({ chunkCount: 2 })
  })
})

describe.skipIf(inject('embedded'))('At the same moment', () => {
  it.each([1, 2, 3])('a restore and a purge leave all or nothing (%i)', async () => {
    await ada.delete(path())
    const { confirmation } = await preview()
    const [restored, purged] = await Promise.all([
      ada.post(path('/restore')),
      ada.post(path('/purge'), { confirmation }),
    ])
    expect([
      [200, 412],
      [404, 204],
    ]).toContainEqual([restored.status, purged.status])
    if (restored.status === 200) expect(await chunksOf(ada, id)).toHaveLength(2)
    else await isGone()
  })

  it('a new content, its embedding, a deletion and a return do not get in each other’s way', async () => {
    for (let i = 0; i < 4; i++) {
      const answers = await Promise.all([
        ada.post(DOCUMENTS, { externalId: 'e', title: 'a', content: textOf(i, i + 1), ...CUT }),
        ada.delete(path()),
        ada.post(DOCUMENTS, { externalId: 'e', title: 'a', content: textOf(i + 1, i + 2), ...CUT }),
      ])
      for (const status of statusesOf(answers)) expect([200, 204, 404]).toContain(status)
      await read(ada.post(path('/restore')))
      const { content } = await getDocument(ada, id)
      for (const chunk of await chunksOf(ada, id)) expect(content.slice(chunk.start, chunk.end)).toBe(chunk.content)
    }
  })
})
