import { LEXICAL_MODEL } from '../../../../src/embeddings/lexical.ts'
import { expectSame, expectStatus } from './judge.ts'
import {
  liveDocuments,
  type Move,
  newIdFor,
  pendingOf,
  type Player,
  searchable,
  someConversation,
  someDocument,
  type Turn,
  someMessage,
  liveMessage,
  messageKey,
} from './model.ts'

type Row = Record<string, unknown>

/** A few axes are enough: only the direction counts. */
function someEmbedding({ dice }: Turn): number[] {
  const embedding = Array.from({ length: 1536 }, () => 0)
  for (let i = 0; i < 3; i++) embedding[dice.int(1536)] = 1 + dice.int(5)
  return embedding
}

/** Vectors of the player, by the message that they belong to. */
const embeddedMessages = (me: Player) => searchable(me).filter(({ message }) => message.vector)

export function storeVector(turn: Turn): Move {
  const { me, other, dice, person } = turn
  const conversationId = someConversation(turn)
  const messageId = dice.chance(50) ? someMessage(turn, conversationId) : undefined
  const target = messageId === undefined ? undefined : liveMessage(me, conversationId, messageId)
  const id = newIdFor(turn, me.vectors, other.vectors)
  const model = dice.chance(30) ? LEXICAL_MODEL : 'custom'
  const takenByMessage = embeddedMessages(me).find(({ message }) => id && message.vector?.id === id)?.message
  const taken = id !== undefined && (me.vectors.has(id) || (takenByMessage && takenByMessage !== target))
  return {
    person,
    method: 'POST',
    path: '/v1/vectors',
    json: {
      ...(id && { id }),
      ...(messageId && { conversationId, messageId }),
      model,
      embedding: someEmbedding(turn),
      content: me.marker,
      metadata: { of: me.marker },
    },
    settle(answer) {
      const status = messageId && !target ? 404 : taken ? 409 : 201
      const body = expectStatus(answer, status)
      if (status !== 201) return
      expectSame('vector', [body['messageId'], body['content']], [messageId ?? null, me.marker])
      const stored = String(body['id'])
      if (target) Object.assign(target, { pending: false, vector: { id: stored, model } })
      else me.vectors.add(stored)
    },
  }
}

export function searchVectors(turn: Turn): Move {
  const { me, dice, person } = turn
  const limit = 1 + dice.int(50)
  return {
    person,
    method: 'POST',
    path: '/v1/vectors/search',
    json: { embedding: someEmbedding(turn), limit },
    settle(answer) {
      const body = expectStatus(answer, 200)
      const mine = new Map(
        embeddedMessages(me).map((each) => [messageKey(each.conversation.id, each.message.id), each]),
      )
      const documents = new Set(liveDocuments(me).flatMap(({ id, embedded }) => (embedded ? [id] : [])))
      const data = body['data'] as Row[]
      for (const { id, messageId, documentId, conversationId } of data) {
        if (documents.has(String(documentId))) continue
        const owner =
          typeof messageId === 'string' ? mine.get(messageKey(String(conversationId), messageId)) : undefined
        if (!owner && !(messageId === null && me.vectors.has(String(id))))
          throw new Error(`no such vector: ${String(id)}`)
        expectSame('conversation', conversationId, owner?.conversation.id ?? null)
      }
      expectSame('hits', data.length, Math.min(limit, me.vectors.size + mine.size + documents.size))
      expectSame('recall', body['recall'], 'exact')
    },
  }
}

const HARBOUR = 'harbour'

/** A text that a search may find: what it is known by, and what of it a hit shows. */
interface Text {
  /** Of a document the one chunk that it has. */
  source: 'message' | 'document'
  id: string
  placeId: string
  content: string
  shown: unknown
  model: string | undefined
}

const textsOf = (me: Player): Text[] => [
  ...searchable(me).map(({ conversation, message: { id, content, seq, vector } }) => ({
    source: 'message' as const,
    id,
    placeId: conversation.id,
    content,
    shown: seq,
    model: vector?.model,
  })),
  ...liveDocuments(me).map(({ id, content, title, embedded }) => ({
    source: 'document' as const,
    id,
    placeId: id,
    content,
    shown: title,
    model: embedded ? LEXICAL_MODEL : undefined,
  })),
]

/** Whether a search in this mode can find it at all: for all words, where it goes by words. */
const isFindable = (me: Player, mode: string | undefined, marker: string) => (text: Text) => {
  if (mode === undefined) return text.model !== undefined
  if (mode === 'semantic') return text.model === LEXICAL_MODEL
  return marker === me.marker && text.content.split(' ').includes(HARBOUR)
}

export function search(turn: Turn): Move {
  const { me, other, dice, person } = turn
  const limit = 1 + dice.int(50)
  // Another's marker is the best query for what is theirs, and so are their conversations.
  const mode = dice.chance(30) ? undefined : dice.pick(['hybrid', 'semantic', 'keyword'])
  const { marker } = dice.chance(50) ? other : me
  const conversationId = dice.chance(30) ? someConversation(turn) : undefined
  const documentId = dice.chance(30) ? someDocument(turn) : undefined
  const isNamed = ({ placeId }: Text) =>
    (!conversationId && !documentId) || placeId === conversationId || placeId === documentId
  const owner = dice.chance(20) ? dice.pick([me, other]) : undefined
  const filter = {
    ...(conversationId && { conversationId }),
    ...(documentId && { documentId }),
    ...(owner && { metadata: { key: 'of', eq: owner.marker } }),
  }
  return {
    person,
    method: 'POST',
    path: '/v1/search',
    json: {
      limit,
      filter,
      ...(mode ? { mode, match: 'all', query: `${marker} ${HARBOUR}` } : { embedding: someEmbedding(turn) }),
    },
    settle(answer) {
      const body = expectStatus(answer, 200)
      const found = textsOf(me).filter(
        (text) => isFindable(me, mode, marker)(text) && isNamed(text) && (!owner || owner === me),
      )
      const mine = new Map(found.map((text) => [`${text.placeId} ${text.id}`, text]))
      const data = body['data'] as Row[]
      for (const { source, id, conversationId, documentId, content, seq, title } of data) {
        const isMessage = source === 'message'
        const text = mine.get(
          isMessage ? `${String(conversationId)} ${String(id)}` : `${String(documentId)} ${String(documentId)}`,
        )
        if (!text) throw new Error(`no such text: ${String(id)}`)
        const { placeId, shown } = text
        expectSame('hit', isMessage ? [conversationId, content, seq] : [documentId, content, title], [
          placeId,
          text.content,
          shown,
        ])
      }
      expectSame(
        'hits',
        [data.length, body['pendingEmbeddings'], body['recall']],
        // Equal texts are shown once.
        [
          Math.min(limit, new Set(found.map(({ source, content }) => `${source} ${content}`)).size),
          pendingOf(me),
          'exact',
        ],
      )
    },
  }
}
