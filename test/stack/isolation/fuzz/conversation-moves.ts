import { etagOf, expectSame, expectStatus, ifMatch, withMatch, writeStatus } from './judge.ts'
import { cursorFor, keepCursor } from './lists.ts'
import {
  liveConversation,
  liveConversations,
  liveMessages,
  type ModelConversation,
  type Move,
  newIdFor,
  type Player,
  someConversation,
  type Turn,
} from './model.ts'

const path = '/v1/conversations'

/** A conversation's answer against the model. */
function expectConversation(me: Player, found: Record<string, unknown>): ModelConversation {
  const mine = liveConversation(me, String(found['id']))
  if (!mine) throw new Error(`a conversation that isn't there: ${String(found['id'])}`)
  const { title, messageCount, lastMessage } = found as {
    lastMessage: { id: string; preview: string } | null
  } & Record<'title' | 'messageCount', unknown>
  const last = liveMessages(mine).at(-1)
  expectSame(
    'conversation',
    [title, messageCount, lastMessage?.id, lastMessage?.preview],
    [mine.title ?? mine.derived, liveMessages(mine).length, last?.id, last?.content.slice(0, 200)],
  )
  return mine
}

export function openConversation(turn: Turn): Move {
  const { me, other, dice, person } = turn
  const id = newIdFor(turn, me.conversations.keys(), other.conversations.keys())
  const title = dice.chance(80) ? `${me.marker} ${dice.int(1000)}` : null
  const tags = dice.chance(30) ? [me.marker] : []
  return {
    person,
    method: 'POST',
    path,
    json: { ...(id && { id }), title, tags, systemPrompt: me.marker, metadata: { of: me.marker } },
    settle(answer) {
      const taken = id !== undefined && me.conversations.has(id)
      const body = expectStatus(answer, taken ? 409 : 201)
      if (taken) return
      const made = {
        id: String(body['id']),
        title,
        derived: null,
        version: 1,
        createdAt: String(body['createdAt']),
        deleted: false,
        messages: [],
      }
      if (id) expectSame('id', made.id, id)
      me.conversations.set(made.id, made)
      expectConversation(me, body)
    },
  }
}

export function listConversations(turn: Turn): Move {
  const { me, dice, person } = turn
  const limit = 1 + dice.int(dice.chance(80) ? 5 : 100)
  const { cursor, valid, query } = cursorFor(turn, 'conversations')
  return {
    person,
    method: 'GET',
    path: `${path}?limit=${limit}${query}`,
    settle(answer) {
      const body = expectStatus(answer, valid ? 200 : 400)
      if (!valid) return
      const data = body['data'] as Record<string, unknown>[]
      for (const each of data) expectConversation(me, each)
      expectSame('rows twice', new Set(data.map(({ id }) => id)).size, data.length)
      const all = liveConversations(me).length
      if (!cursor)
        expectSame('first page', [data.length, body['nextCursor'] !== null], [Math.min(limit, all), all > limit])
      keepCursor(me, { text: body['nextCursor'] as string | null, list: 'conversations' })
    },
  }
}

export function getConversation(turn: Turn): Move {
  const { me, dice, person } = turn
  const id = someConversation(turn)
  const mine = liveConversation(me, id)
  const held = dice.chance(30) && mine ? etagOf(mine, dice.chance(30) ? 3 : 0) : undefined
  return {
    person,
    method: 'GET',
    path: `${path}/${id}`,
    headers: held ? { 'If-None-Match': held } : {},
    settle(answer) {
      const fresh = mine && held === etagOf(mine)
      const body = expectStatus(answer, mine ? (fresh ? 304 : 200) : 404)
      if (!mine) return
      expectSame('etag', answer.headers['etag'], etagOf(mine))
      if (!fresh) expectConversation(me, body)
    },
  }
}

export function patchConversation(turn: Turn): Move {
  const { me, dice, person } = turn
  const id = someConversation(turn)
  const mine = liveConversation(me, id)
  const match = ifMatch(turn, mine)
  const title = `${me.marker} changed ${dice.int(1000)}`
  return {
    person,
    method: 'PATCH',
    path: `${path}/${id}`,
    json: { title, pinned: dice.chance(20) },
    headers: withMatch(match),
    settle(answer) {
      const status = writeStatus(mine !== undefined, match.holds, 200)
      const body = expectStatus(answer, status)
      if (status !== 200 || !mine) return
      mine.title = title
      mine.version += 1
      expectSame('etag', answer.headers['etag'], etagOf(mine))
      expectConversation(me, body)
    },
  }
}

export function deleteConversation(turn: Turn): Move {
  const { me, person } = turn
  const id = someConversation(turn)
  const mine = liveConversation(me, id)
  const match = ifMatch(turn, mine)
  return {
    person,
    method: 'DELETE',
    path: `${path}/${id}`,
    headers: withMatch(match),
    settle(answer) {
      const status = writeStatus(mine !== undefined, match.holds, 204)
      expectStatus(answer, status)
      if (status !== 204 || !mine) return
      mine.deleted = true
      // A vector's id is free again.
      for (const message of mine.messages) message.vector = null
    },
  }
}
