import { describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { append, openConversation, type Message, type Page, read } from './helpers.ts'
import { importLines } from './import-helpers.ts'

/** Its background work cannot reach the database: what is queued stays queued. */
const api = createApi({ DATABASE_URL_SYSTEM: 'postgres://parley_system@127.0.0.1:1/postgres' })

interface Said {
  status: string
  content: string
}
/** A new user who has said that, in one of the ways there are. @returns the message's id */
type Way = (user: TestUser, said: Said) => Promise<string>

const appended: Way = async (user, said) => {
  const { id } = await openConversation(user)
  return (await append(user, `/v1/conversations/${id}/messages`, { role: 'user', ...said })).id
}

const WAYS: Record<string, Way> = {
  append: appended,
  opening: async (user, said) => {
    const messages = [{ role: 'user', ...said }]
    const opened = await read<{ messages: Message[] }>(user.post('/v1/conversations', { messages }), 201)
    return opened.messages[0]?.id ?? ''
  },
  change: async (user, said) => {
    const { id } = await openConversation(user)
    const draft = { role: 'user', content: 'A draft', status: 'in_progress' }
    const message = await append(user, `/v1/conversations/${id}/messages`, draft)
    await read(user.patch(`/v1/conversations/${id}/messages/${message.id}`, said))
    return message.id
  },
  'restored message': async (user, said) => {
    const id = await appended(user, said)
    const { data } = await read<Page<{ id: string }>>(user.get('/v1/conversations'))
    await user.delete(`/v1/conversations/${data[0]?.id}/messages/${id}`)
    await read(user.post(`/v1/conversations/${data[0]?.id}/messages/${id}/restore`))
    return id
  },
  'restored conversation': async (user, said) => {
    const id = await appended(user, said)
    const { data } = await read<Page<{ id: string }>>(user.get('/v1/conversations'))
    await user.delete(`/v1/conversations/${data[0]?.id}`)
    await read(user.post(`/v1/conversations/${data[0]?.id}/restore`))
    return id
  },
  fork: async (user, said) => {
    await appended(user, said)
    const { data } = await read<Page<{ id: string }>>(user.get('/v1/conversations'))
    const { id } = await read<{ id: string }>(user.post(`/v1/conversations/${data[0]?.id}/fork`, {}), 201)
    const copies = await read<Page<Message>>(user.get(`/v1/conversations/${id}/messages`))
    return copies.data[0]?.id ?? ''
  },
  import: async (user, said) => {
    await importLines(api, user, [
      { type: 'conversation', id: 'imported' },
      { type: 'message', id: 'said', conversationId: 'imported', parentId: null, role: 'user', ...said },
    ])
    return 'said'
  },
}

const CASES: [what: string, said: Said, isEmbedded: boolean][] = [
  ['a finished text', { status: 'complete', content: 'Trams are slow.' }, true],
  ['a finished message that says nothing', { status: 'complete', content: '' }, false],
  ['a finished message of white space', { status: 'complete', content: ' \n\t ' }, false],
  ['a finished message of no-break spaces', { status: 'complete', content: '\u00a0\ufeff\u3000' }, false],
  ['a text that is being written', { status: 'in_progress', content: 'Trams are' }, false],
  ['a text that was stopped', { status: 'stopped', content: 'Trams are' }, false],
  ['a text that failed', { status: 'failed', content: 'Trams are' }, false],
]

describe.each(CASES)('Whether %s is embedded', (_, said, isEmbedded) => {
  it.each(Object.entries(WAYS))('does not depend on how it came to be there: %s', async (_, way) => {
    const user = await api.newUser()
    const id = await way(user, said)
    const { data } = await read<Page<{ messageId: string | null }>>(user.get('/v1/embedding-jobs'))
    expect(data.some(({ messageId }) => messageId === id)).toBe(isEmbedded)
  })
})
