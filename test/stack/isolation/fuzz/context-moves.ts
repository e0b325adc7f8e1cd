import { expectStatus } from './judge.ts'
import {
  liveConversation,
  liveDocument,
  liveMessage,
  type Move,
  type Player,
  someConversation,
  someMessage,
  type Turn,
} from './model.ts'

type Row = Record<string, unknown>

/** With another's marker as the question, and perhaps another's conversation or leaf. */
export function buildContext(turn: Turn): Move {
  const { me, other, dice, person } = turn
  const conversationId = dice.chance(80) ? someConversation(turn) : undefined
  const leafId = conversationId && dice.chance(20) ? someMessage(turn, conversationId) : undefined
  const asks = conversationId === undefined || dice.chance(60)
  const { marker } = dice.chance(50) ? other : me
  const query = asks ? { query: `${marker} harbour` } : {}
  const exists = conversationId === undefined || liveConversation(me, conversationId) !== undefined
  const hasLeaf = leafId === undefined || isKnown(me, conversationId ?? '', leafId)
  return {
    person,
    method: 'POST',
    path: '/v1/context',
    json: { ...(conversationId && { conversationId }), ...(leafId && { leafId }), ...query, limit: 1 + dice.int(50) },
    settle(answer) {
      const status = !exists ? 404 : hasLeaf ? 200 : 400
      const body = expectStatus(answer, status)
      if (status !== 200) return
      for (const { id } of body['recent'] as Row[]) expectMine(liveMessage(me, conversationId ?? '', String(id)), id)
      for (const { id, conversationId } of body['recalled'] as Row[]) {
        expectMine(liveMessage(me, String(conversationId), String(id)), id)
      }
      for (const { documentId } of body['passages'] as Row[]) {
        expectMine(liveDocument(me, String(documentId)), documentId)
      }
    },
  }
}

/** Whether there has ever been such a message: the path to a deleted one can still be read. */
const isKnown = ({ conversations }: Player, conversationId: string, id: string): boolean =>
  conversations.get(conversationId)?.messages.some((message) => message.id === id) ?? false

function expectMine(found: object | undefined, id: unknown): void {
  if (!found) throw new Error(`no such text: ${String(id)}`)
}
