import { foreignMarkers, type House } from '../house.ts'
import {
  deleteConversation,
  getConversation,
  listConversations,
  openConversation,
  patchConversation,
} from './conversation-moves.ts'
import { buildContext } from './context-moves.ts'
import { createDice, type Dice } from './dice.ts'
import {
  deleteDocument,
  getDocument,
  listDocuments,
  patchDocument,
  putDocument,
  restoreDocument,
} from './document-moves.ts'
import { append, deleteMessage, getMessage, listMessages, patchMessage, saveChat } from './message-moves.ts'
import { listJobs, retryJobs } from './job-moves.ts'
import { type Move, openSessions, type Player, type Turn } from './model.ts'
import { search, searchVectors, storeVector } from './search-moves.ts'
import {
  comeBack,
  deleteAccount,
  getMe,
  listAuditEvents,
  listSessions,
  patchMe,
  pretend,
  revokeOthers,
  revokeSession,
  signIn,
  signOut,
} from './user-moves.ts'

export interface Played {
  players: Player[]
  requests: number
  /** Answers of 4xx. */
  refusals: number
  /** Whatever the model did not expect: what leaked, first of all. */
  violations: string[]
}

/** How often a move comes, in no unit. */
const MOVES: [weight: number, move: (turn: Turn) => Move][] = [
  [9, openConversation],
  [9, listConversations],
  [8, getConversation],
  [6, patchConversation],
  [3, deleteConversation],
  [14, append],
  [8, saveChat],
  [10, listMessages],
  [8, getMessage],
  [7, patchMessage],
  [4, deleteMessage],
  [9, putDocument],
  [5, listDocuments],
  [6, getDocument],
  [6, patchDocument],
  [4, deleteDocument],
  [3, restoreDocument],
  [5, storeVector],
  [4, searchVectors],
  [6, search],
  [5, buildContext],
  [2, getMe],
  [2, patchMe],
  [3, signIn],
  [3, listSessions],
  [3, revokeSession],
  [1, revokeOthers],
  [1, signOut],
  [1, deleteAccount],
  [3, listAuditEvents],
  [3, listJobs],
  [1, retryJobs],
  [2, comeBack],
  [2, pretend],
]
const BAG = MOVES.flatMap(([weight, move]) => Array.from({ length: weight }, () => move))

/** After so many the model says nothing any more. */
const ENOUGH = 5

/**
 * Three users send requests, all three at the same moment, and each answer must be what a model of that user alone
 * expects. The moves depend on the seed only; ids that the server makes differ from run to run.
 */
export async function play(house: House, { seed, requests }: { seed: number; requests: number }): Promise<Played> {
  const dice = createDice(seed)
  const players = ['ada', 'bob', 'eve'].map((name) => newPlayer(house, name))
  const played: Played = { players, requests: 0, refusals: 0, violations: [] }
  while (played.requests < requests && played.violations.length < ENOUGH) {
    // All are chosen before the first is sent, so that chance does not hang on who is faster.
    const round = players.map((me) => ({ me, move: nextMove(me, players, dice) }))
    await Promise.all(round.map(({ me, move }) => make(move, me, played)))
  }
  return played
}

function nextMove(me: Player, players: Player[], dice: Dice): Move {
  const other = dice.pick(players.filter((player) => player !== me)) ?? me
  const open = dice.pick(openSessions(me))
  const turn = { me, other, dice, person: open?.person ?? me.first.elsewhere() }
  const move = open ? (dice.pick(BAG) ?? getMe) : signIn
  return move(turn)
}

async function make(move: Move, me: Player, played: Played): Promise<void> {
  const { person, method, path, json, headers } = move
  const answer = await person.call(method, path, { json, ...(headers && { headers }) })
  played.requests += 1
  if (answer.status >= 400 && answer.status < 500) played.refusals += 1
  try {
    const leaked = foreignMarkers(answer, person)
    if (leaked.length > 0) throw new Error(`LEAK of ${leaked.length} texts of others`)
    if (answer.status >= 500) throw new Error('a failure of the server')
    move.settle(answer)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const asked = JSON.stringify({ ...headers, ...(json as object | undefined) }).slice(0, 300)
    played.violations.push(
      `#${played.requests} ${me.name} ${method} ${path} ${asked}: ${reason}: ${answer.status} ${answer.text.slice(0, 300)}`,
    )
  }
}

function newPlayer(house: House, name: string): Player {
  const first = house.newPerson()
  return {
    name,
    first,
    marker: first.marker,
    userId: first.userId,
    firstName: '',
    version: 0,
    createdAt: '',
    sessions: new Map(),
    conversations: new Map(),
    messages: new Map(),
    documents: new Map(),
    vectors: new Set(),
    cursors: [],
  }
}
