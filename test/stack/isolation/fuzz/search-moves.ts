import { LEXICAL_MODEL } from '../../../../src/embeddings/lexical.ts'
import { expectSame, expectStatus } from './judge.ts'
import { type Move, newIdFor, pendingOf, type Player, searchable, type Turn } from './model.ts'

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
  const all = [...(dice.chance(70) ? me : other).messages.keys()]
  const messageId = dice.chance(50) ? (dice.pick(all) ?? dice.uuid()) : undefined
  const target = searchable(me).find(({ message }) => message.id === messageId)?.message
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
      ...(messageId && { messageId }),
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
      const mine = new Map(embeddedMessages(me).map((each) => [each.message.id, each]))
      const data = body['data'] as Row[]
      for (const { id, messageId, conversationId } of data) {
        const owner = typeof messageId === 'string' ? mine.get(messageId) : undefined
        if (!owner && !(messageId === null && me.vectors.has(String(id))))
          throw new Error(`no such vector: ${String(id)}`)
        expectSame('conversation', conversationId, owner?.conversation.id ?? null)
      }
      expectSame('hits', data.length, Math.min(limit, me.vectors.size + mine.size))
      expectSame('recall', body['recall'], 'exact')
    },
  }
}

export function search(turn: Turn): Move {
  const { me, other, dice, person } = turn
  const limit = 1 + dice.int(50)
  // Another's marker is the best query for what is theirs.
  const byText = dice.chance(60)
  const query = `${(dice.chance(50) ? other : me).marker} harbour`
  return {
    person,
    method: 'POST',
    path: '/v1/search',
    json: { limit, ...(byText ? { query } : { embedding: someEmbedding(turn) }) },
    settle(answer) {
      const body = expectStatus(answer, 200)
      const found = embeddedMessages(me).filter(({ message }) => !byText || message.vector?.model === LEXICAL_MODEL)
      const mine = new Map(found.map((each) => [each.message.id, each]))
      const data = body['data'] as Row[]
      for (const hit of data) {
        const owner = mine.get(String(hit['id']))
        if (!owner) throw new Error(`no such message: ${String(hit['id'])}`)
        const { conversation, message } = owner
        expectSame(
          'hit',
          [hit['conversationId'], hit['content'], hit['seq']],
          [conversation.id, message.content, message.seq],
        )
      }
      expectSame(
        'hits',
        [data.length, body['pendingEmbeddings'], body['recall']],
        [Math.min(limit, mine.size), pendingOf(me), 'exact'],
      )
    },
  }
}
