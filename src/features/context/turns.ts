import { estimateTokens } from '../../tokens/estimate.ts'
import type { StoredTurns } from '../messages/recent.ts'
import { type EarlierTurn, earlierTurns } from '../search/query.ts'
import { MESSAGE_OVERHEAD, type Turn } from './recent.ts'
import type { ContextRequest, Omitted } from './schemas.ts'

type GivenTurn = NonNullable<ContextRequest['turns']>[number]

/** The conversation as far as it was read, oldest first. */
export interface Conversation {
  turns: Turn[]
  /** Messages without a text to show, newest first. */
  skipped: Omitted[]
  /** Whether there is more before the first of `turns`. */
  hasEarlier: boolean
}

/** The stored turns, then those of the request: where these begin with what the stored ones end with, that counts once. */
export function conversationOf(
  conversationId: string | null,
  stored: StoredTurns | null,
  given: readonly GivenTurn[],
  bytes: number,
): Conversation {
  const { turns, skipped, hasEarlier } = readStored(conversationId ?? '', stored?.rows ?? [], bytes)
  const said = given.filter(({ content }) => content.trim() !== '')
  const known = overlap(turns, said)
  const added = said.slice(known).map((turn): Turn => ({
    ...turn,
    id: null,
    seq: null,
    createdAt: null,
    textTokens: estimateTokens(turn.content),
    unread: 0,
  }))
  return { turns: [...turns, ...added], skipped, hasEarlier }
}

function readStored(conversationId: string, rows: StoredTurns['rows'], bytes: number): Conversation {
  const turns: Turn[] = []
  const skipped: Omitted[] = []
  let read = 0
  for (const { id, role, status, seq, createdAt, content, bytes: length } of rows) {
    const isFinished = status === 'complete' || status === 'stopped'
    read += length
    if (content.trim() === '') {
      const reason = isFinished ? 'no_text' : 'unfinished'
      skipped.push({ kind: 'recent', id, conversationId, tokens: MESSAGE_OVERHEAD, reason })
      continue
    }
    const textTokens = estimateTokens(content)
    const unread = read > bytes ? unreadOf(content, textTokens, length) : 0
    turns.push({ id, role, content, seq, createdAt, textTokens, unread })
  }
  const hasEarlier = rows.length > 0 && (read >= bytes || !rows.at(-1)?.fromStart)
  return { turns: turns.toReversed(), skipped, hasEarlier }
}

/** Tokens of what follows the beginning of a text of so many bytes. */
function unreadOf(beginning: string, tokens: number, bytes: number): number {
  const read = new TextEncoder().encode(beginning).length
  return Math.ceil((tokens * (bytes - read)) / read)
}

/** How many of the given turns the stored ones end with. */
function overlap(stored: readonly Turn[], given: readonly GivenTurn[]): number {
  for (let length = Math.min(stored.length, given.length); length > 0; length--) {
    const tail = stored.slice(-length)
    if (tail.every((turn, i) => isSame(turn, given[i]))) return length
  }
  return 0
}

const isSame = ({ role, content, unread }: Turn, given: GivenTurn | undefined): boolean =>
  given?.role === role && (unread > 0 ? given.content.startsWith(content) : given.content.trim() === content.trim())

/** The words of more would not all be looked at. */
const LONGEST_QUESTION = 2_000

/** What to search for, and what was said before it. */
export interface Question {
  text: string
  turns: EarlierTurn[]
}

/**
 * What to search for: the query, or else what the user said last, as a follow-up of what the user said before. Null where there is
 * neither.
 *
 * @param turns oldest first
 */
export function questionIn(turns: readonly Pick<Turn, 'role' | 'content'>[], query?: string): Question | null {
  const said = turns.filter(({ role }) => role === 'user').map(({ content }) => content.trim())
  const text = query ?? said.findLast((text) => text !== '')
  if (text === undefined) return null
  return { text: query ?? shortened(text), turns: earlierTurns(said, text) }
}

function shortened(text: string): string {
  if (text.length <= LONGEST_QUESTION) return text
  // What is pasted stands before or after what is asked.
  const half = LONGEST_QUESTION / 2 - 1
  return `${text.slice(0, half)}\n${text.slice(-half)}`.toWellFormed()
}
