import { expect, it } from 'vitest'
import { createApi } from './harness.ts'
import { append, type Conversation, idsOf, type Message, type Page, read, search, walk } from './helpers.ts'
import { exportOf, importLines, ofType } from './import-helpers.ts'
import { axis } from './vector-helpers.ts'

const api = createApi()

it.each(['msg-6pK2', 'welcome', crypto.randomUUID().toUpperCase(), 'a.b:c_d', 'x'.repeat(128)])(
  'An id of the caller is kept wherever it is named: %s',
  async (name) => {
    const ada = await api.newUser()
    const conversation = `chat.${name}`.slice(0, 128)
    const url = `/v1/conversations/${conversation}`
    const path = `${url}/messages`
    await read(ada.post('/v1/conversations', { id: conversation }), 201)
    const question = await append(ada, path, { id: name, role: 'user', content: 'Which hedgehog is it?' })
    const answer = await append(ada, path, { role: 'assistant', content: 'A small one.', parentId: name })
    const other = await append(ada, path, { role: 'assistant', content: 'A large one.', parentId: name })
    expect(question).toMatchObject({ id: name, conversationId: conversation })
    expect([answer, other].map(({ parentId }) => parentId)).toEqual([name, name])
    expect(await read(ada.get(`${path}/${encodeURIComponent(name)}`))).toEqual(question)
    expect(idsOf(await walk<Message>(ada, `${path}?leafId=${name}`, 1))).toEqual([name])
    expect(idsOf(await walk<Message>(ada, `${path}?leafId=${answer.id}`, 1))).toEqual([name, answer.id])
    expect(idsOf(await walk<Message>(ada, `${path}?view=tree`, 1))).toEqual([name, answer.id, other.id])
    await read(ada.patch(`${path}/${name}`, { metadata: { seen: true } }))
    expect(await read(ada.patch(url, { activeLeafId: name }))).toMatchObject({ activeLeafId: name })
    const vector = { conversationId: conversation, messageId: name, embedding: axis(1), model: 'm' }
    expect(await read(ada.post('/v1/vectors', vector), 201)).toMatchObject({ messageId: name })
    const found = await search(ada, { query: 'hedgehog', mode: 'keyword', filter: { conversationId: [conversation] } })
    expect(found.data).toMatchObject([{ id: name, conversationId: conversation }])
    const fork = await read<Conversation>(
      ada.post(`${url}/fork`, { messageId: name, id: `${name.slice(0, 127)}2` }),
      201,
    )
    expect(fork.forkedFrom).toEqual({ conversationId: conversation, messageId: name })
    const events = await read<Page<{ resourceId: string }>>(ada.get('/v1/audit-events?limit=100'))
    expect(events.data.map(({ resourceId }) => resourceId)).toContain(name)

    const eve = await api.newUser()
    const lines = await exportOf(ada)
    expect(await importLines(api, eve, lines)).toMatchObject({ refused: {} })
    expect(ofType(await exportOf(eve), 'message')).toEqual(ofType(lines, 'message'))
    expect((await ada.delete(`${path}/${name}`)).status).toBe(204)
    expect(await read(ada.post(`${path}/${name}/restore`))).toMatchObject({ id: name })
  },
)
