import { LEXICAL_MODEL } from '../../../../src/embeddings/lexical.ts'
import { titleOf } from './title.ts'
import { UNEMBEDDABLE } from '../house.ts'
import { etagOf, expectSame, expectStatus, ifMatch, withMatch, writeStatus } from './judge.ts'
import { cursorFor, keepCursor } from './lists.ts'
import {
  liveConversation,
  liveMessage,
  liveMessages,
  type ModelMessage,
  type Move,
  newIdFor,
  someConversation,
  someMessage,
  messageIds,
  messageKey,
  type ModelConversation,
  type Turn,
} from './model.ts'

type Row = Record<string, unknown>

const WORDS = ['garden', 'invoice', 'holiday', 'kernel', 'recipe', 'violin', 'budget', 'harbour']
const textOf = ({ me, dice }: Turn) =>
  `${me.marker} ${dice.pick(WORDS)} ${dice.pick(WORDS)} ${dice.chance(15) ? UNEMBEDDABLE : dice.int(1000)}`

const pathOf = (conversationId: string) => `/v1/conversations/${conversationId}/messages`

function expectMessage(found: Row, conversationId: string, message: ModelMessage): void {
  expectSame(
    'message',
    [found['id'], found['conversationId'], found['content'], found['seq']],
    [message.id, conversationId, message.content, message.seq],
  )
  // The answer to a save does not say when.
  message.createdAt ||= String(found['createdAt'])
}

/** What becomes of a new text's vector. */
const embedded = (content: string) => {
  const pending = content.includes(UNEMBEDDABLE)
  return { pending, vector: pending ? null : { id: null, model: LEXICAL_MODEL } }
}

export function append(turn: Turn): Move {
  const { me, other, dice, person } = turn
  const conversationId = someConversation(turn)
  const conversation = liveConversation(me, conversationId)
  const news = Array.from({ length: 1 + dice.int(3) }, () => {
    const id = newIdFor(turn, messageIds(me), messageIds(other))
    return { ...(id && { id }), role: 'user', content: textOf(turn), metadata: { of: me.marker } }
  })
  const single = news.length === 1
  const ids = news.flatMap(({ id }) => id ?? [])
  const taken = ids.some((id) => me.messages.has(messageKey(conversationId, id))) || new Set(ids).size < ids.length
  return {
    person,
    method: 'POST',
    path: pathOf(conversationId),
    json: single ? news[0] : { messages: news },
    settle(answer) {
      const status = conversation ? (taken ? 409 : 201) : 404
      const body = expectStatus(answer, status)
      if (status !== 201 || !conversation) return
      const data = body['data'] as Row[]
      expectSame('appended', data.length, news.length)
      for (const [i, { id, content }] of news.entries()) {
        const row = data[i] ?? {}
        const seq = conversation.messages.length + 1
        const [madeId, createdAt] = [id ?? String(row['id']), String(row['createdAt'])]
        const made = { id: madeId, content, seq, version: 1, createdAt, deleted: false, ...embedded(content) }
        expectMessage(row, conversationId, made)
        conversation.messages.push(made)
        me.messages.set(messageKey(conversationId, made.id), { conversation, message: made })
      }
      // Whoever gave it no title gets what was said first.
      conversation.derived ??= titleOf(news)
      conversation.version += 1
    },
  }
}

/** The whole chat as its client holds it, deleted messages included, and perhaps something new. */
export function saveChat(turn: Turn): Move {
  const { me, other, dice, person } = turn
  const conversationId = someConversation(turn)
  const known = me.conversations.get(conversationId)
  const before = known?.messages ?? []
  const taken = new Set(before.map(({ id }) => id))
  const news = Array.from({ length: dice.int(3) + (before.length === 0 ? 1 : 0) }, () => {
    const id = newIdFor(turn, messageIds(me), messageIds(other)) ?? dice.uuid()
    const isNew = !taken.has(id)
    taken.add(id)
    return isNew ? [{ id, content: textOf(turn) }] : []
  }).flat()
  const all = [...before.map(({ id, content }) => ({ id, content })), ...news]
  return {
    person,
    method: 'PUT',
    path: pathOf(conversationId),
    json: {
      messages: all.map(({ id, content }) => ({
        id,
        role: 'user',
        metadata: { of: me.marker },
        parts: [{ type: 'text', text: content }],
      })),
    },
    settle(answer) {
      const status = all.length === 0 ? 400 : known?.deleted ? 404 : known ? 200 : 201
      const body = expectStatus(answer, status)
      if (status > 201) return
      expectSame(
        'saved',
        (body['data'] as Row[]).map(({ id, result }) => [id, result]),
        all.map(({ id }, i) => [id, i < before.length ? 'unchanged' : 'created']),
      )
      const conversation = known ?? opened(me, conversationId, answer.headers['etag'] ?? '')
      for (const { id, content } of news) {
        const seq = conversation.messages.length + 1
        const made = { id, content, seq, version: 1, createdAt: '', deleted: false, ...embedded(content) }
        conversation.messages.push(made)
        me.messages.set(messageKey(conversationId, id), { conversation, message: made })
      }
      if (news.length === 0) return
      conversation.derived ??= titleOf(news.map(({ content }) => ({ role: 'user', content })))
      conversation.version += 1
    },
  }
}

/** A conversation that a save has made. Its tag says when. */
function opened(me: Turn['me'], id: string, etag: string): ModelConversation {
  const createdAt = new Date(Number.parseInt(/-(\w+)"$/.exec(etag)?.[1] ?? '', 36)).toISOString()
  const made = { id, title: null, derived: null, version: 1, createdAt, deleted: false, messages: [] }
  me.conversations.set(id, made)
  return made
}

export function listMessages(turn: Turn): Move {
  const { me, dice, person } = turn
  const conversationId = someConversation(turn)
  const conversation = liveConversation(me, conversationId)
  const order = dice.chance(50) ? 'asc' : 'desc'
  const limit = 1 + dice.int(dice.chance(80) ? 4 : 100)
  const list = `messages:${conversationId}:${order}`
  const { cursor, valid, query } = cursorFor(turn, list)
  return {
    person,
    method: 'GET',
    path: `${pathOf(conversationId)}?order=${order}&limit=${limit}${query}`,
    settle(answer) {
      const status = valid ? (conversation ? 200 : 404) : 400
      const body = expectStatus(answer, status)
      if (status !== 200 || !conversation) return
      const all = order === 'asc' ? liveMessages(conversation) : liveMessages(conversation).toReversed()
      const after = cursor?.after
      const rest = all.filter(({ seq }) => after === undefined || (order === 'asc' ? seq > after : seq < after))
      const page = rest.slice(0, limit)
      const data = body['data'] as Row[]
      expectSame('page', [data.length, body['nextCursor'] !== null], [page.length, rest.length > limit])
      for (const [i, message] of page.entries()) expectMessage(data[i] ?? {}, conversationId, message)
      keepCursor(me, { text: body['nextCursor'] as string | null, list, after: page.at(-1)?.seq ?? 0 })
    },
  }
}

/** A message to ask for, and what of it is really there. */
function aim(turn: Turn) {
  const conversationId = someConversation(turn)
  const id = someMessage(turn, conversationId)
  return {
    conversationId,
    path: `${pathOf(conversationId)}/${id}`,
    conversation: liveConversation(turn.me, conversationId),
    message: liveMessage(turn.me, conversationId, id),
  }
}

export function getMessage(turn: Turn): Move {
  const { conversationId, path, message } = aim(turn)
  return {
    person: turn.person,
    method: 'GET',
    path,
    settle(answer) {
      const body = expectStatus(answer, message ? 200 : 404)
      if (!message) return
      expectMessage(body, conversationId, message)
      expectSame('etag', answer.headers['etag'], etagOf(message))
    },
  }
}

export function patchMessage(turn: Turn): Move {
  const { conversationId, path, conversation, message } = aim(turn)
  const match = ifMatch(turn, message)
  const content = turn.dice.chance(80) ? textOf(turn) : undefined
  return {
    person: turn.person,
    method: 'PATCH',
    path,
    json: content === undefined ? { metadata: { of: turn.me.marker } } : { content },
    headers: withMatch(match),
    settle(answer) {
      const status = writeStatus(message !== undefined, match.holds, 200)
      const body = expectStatus(answer, status)
      if (status !== 200 || !message || !conversation) return
      if (content !== undefined && content !== message.content) Object.assign(message, { content }, embedded(content))
      message.version += 1
      conversation.version += 1
      expectMessage(body, conversationId, message)
    },
  }
}

export function deleteMessage(turn: Turn): Move {
  const { path, conversation, message } = aim(turn)
  const match = ifMatch(turn, message)
  return {
    person: turn.person,
    method: 'DELETE',
    path,
    headers: withMatch(match),
    settle(answer) {
      const status = writeStatus(message !== undefined, match.holds, 204)
      expectStatus(answer, status)
      if (status !== 204 || !message || !conversation) return
      const isFirst = liveMessages(conversation)[0] === message
      Object.assign(message, { deleted: true, pending: false, vector: null })
      const said = liveMessages(conversation).map(({ content }) => ({ role: 'user', content }))
      if (isFirst) conversation.derived = titleOf(said)
      conversation.version += 1
    },
  }
}
