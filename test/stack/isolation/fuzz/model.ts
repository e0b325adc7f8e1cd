import type { Answer, Person } from '../house.ts'
import type { Dice } from './dice.ts'

export interface ModelMessage {
  id: string
  content: string
  seq: number
  version: number
  createdAt: string
  deleted: boolean
  /** Of Parley's own vectors the id is not known. */
  vector: { id: string | null; model: string } | null
  /** Waits for a vector that never comes. */
  pending: boolean
}

export interface ModelConversation {
  id: string
  title: string | null
  /** What it is called where nobody gave it a title. */
  derived: string | null
  version: number
  createdAt: string
  deleted: boolean
  messages: ModelMessage[]
}

/** Of one chunk. */
export interface ModelDocument {
  id: string
  externalId: string | null
  title: string
  content: string
  version: number
  createdAt: string
  deleted: boolean
  /** Has a vector, also while it is deleted. */
  embedded: boolean
  /** Waits for a vector that never comes. */
  pending: boolean
}

/** What a list gave out: good for that list of that player alone. */
export interface ModelCursor {
  text: string
  list: string
  /** The last `seq` of the page before, in a list of messages. */
  after?: number
}

/** One user, and all that they should have. */
export interface Player {
  name: string
  marker: string
  userId: string
  first: Person
  firstName: string
  version: number
  createdAt: string
  /** By sign-in. */
  sessions: Map<string, { id: string; revoked: boolean; person: Person }>
  conversations: Map<string, ModelConversation>
  /** Every message there ever was, by {@link messageKey}: its id stays taken in its conversation. */
  messages: Map<string, { conversation: ModelConversation; message: ModelMessage }>
  /** Every document there ever was. */
  documents: Map<string, ModelDocument>
  /** Vectors that belong to no text. */
  vectors: Set<string>
  cursors: ModelCursor[]
}

/** A request, and how to judge its answer: `settle` throws where it is wrong, and takes it over into the model. */
export interface Move {
  person: Person
  method: string
  path: string
  json?: unknown
  headers?: Record<string, string>
  settle(answer: Answer): void
}

/** What a player can choose from when they make a move. */
export interface Turn {
  me: Player
  /** The one whose ids and cursors are borrowed this time. */
  other: Player
  dice: Dice
  /** One of the player's open sign-ins. */
  person: Person
}

export const openSessions = (player: Player) => [...player.sessions.values()].filter(({ revoked }) => !revoked)

export const liveConversations = ({ conversations }: Player) =>
  [...conversations.values()].filter(({ deleted }) => !deleted)

export const liveMessages = ({ messages }: Pick<ModelConversation, 'messages'>) =>
  messages.filter(({ deleted }) => !deleted)

export function liveConversation(player: Player, id: string): ModelConversation | undefined {
  const found = player.conversations.get(id)
  return found?.deleted ? undefined : found
}

export function liveMessage(player: Player, conversationId: string, id: string): ModelMessage | undefined {
  return liveConversation(player, conversationId)?.messages.find((message) => message.id === id && !message.deleted)
}

export const liveDocuments = ({ documents }: Player) => [...documents.values()].filter(({ deleted }) => !deleted)

export function liveDocument(player: Player, id: string): ModelDocument | undefined {
  const found = player.documents.get(id)
  return found?.deleted ? undefined : found
}

/** All messages of a player that searches may know of. */
export const searchable = (player: Player) =>
  liveConversations(player).flatMap((conversation) =>
    liveMessages(conversation).map((message) => ({ conversation, message })),
  )

export const pendingOf = (player: Player): number =>
  [...searchable(player).map(({ message }) => message), ...liveDocuments(player)].filter(({ pending }) => pending)
    .length

/** How many rows of each table are this player's. */
export const rowsOf = (player: Player): Record<string, number> => ({
  users: 1,
  sessions: player.sessions.size,
  conversations: player.conversations.size,
  messages: player.messages.size,
  chat_vectors:
    player.vectors.size +
    searchable(player).filter(({ message }) => message.vector).length +
    [...player.documents.values()].filter(({ embedded }) => embedded).length,
  embedding_jobs: pendingOf(player),
  documents: player.documents.size,
  document_chunks: player.documents.size,
})

/** Ids for a path: mostly one's own, often another's, sometimes nobody's or deleted. */
export function someConversation({ me, other, dice }: Turn): string {
  const throwOf100 = dice.int(100)
  const from = throwOf100 < 62 ? liveConversations(me) : [...(throwOf100 < 70 ? me : other).conversations.values()]
  return (throwOf100 < 93 ? dice.pick(from)?.id : undefined) ?? dice.uuid()
}

export function someDocument({ me, other, dice }: Turn): string {
  const throwOf100 = dice.int(100)
  const from = throwOf100 < 70 ? liveDocuments(me) : [...(throwOf100 < 78 ? me : other).documents.values()]
  return (throwOf100 < 93 ? dice.pick(from)?.id : undefined) ?? dice.uuid()
}

/** A message for a path below that conversation: its own, one of another conversation, or another user's. */
export function someMessage({ me, other, dice }: Turn, conversationId: string): string {
  const throwOf100 = dice.int(100)
  const inside = (me.conversations.get(conversationId) ?? other.conversations.get(conversationId))?.messages ?? []
  if (throwOf100 < 65 && inside.length > 0) return dice.pick(inside)?.id ?? dice.uuid()
  if (throwOf100 < 95) return dice.pick([...messageIds(throwOf100 < 75 ? me : other)]) ?? dice.uuid()
  return dice.uuid()
}

/** An id to give to a new thing: mostly none, sometimes one that another user has, or oneself. */
export function newIdFor({ dice }: Turn, mine: Iterable<string>, theirs: Iterable<string>): string | undefined {
  const throwOf100 = dice.int(100)
  if (throwOf100 < 60) return undefined
  if (throwOf100 < 70) return dice.uuid()
  return dice.pick([...(throwOf100 < 92 ? theirs : mine)])
}

export const messageKey = (conversationId: string, id: string): string => `${conversationId}/${id}`

/** Of all conversations. */
export const messageIds = ({ messages }: Player): string[] => [...messages.values()].map(({ message }) => message.id)

/** The UUID of a document may be written in capitals as well. */
export const spelled = ({ dice }: Turn, id: string): string => (dice.chance(5) ? id.toUpperCase() : id)
