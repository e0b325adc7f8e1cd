import { estimateTokens } from '../../tokens/estimate.ts'
import type { MESSAGE_ROLES } from '../messages/table.ts'
import { cutToTokens } from './cut.ts'

/** What a message takes beside its text: its role, and what models put around it. */
export const MESSAGE_OVERHEAD = 4

/** Something said in the conversation, with text. */
export interface Turn {
  /** Null, as `seq` and `createdAt`, where it is not stored. */
  id: string | null
  role: (typeof MESSAGE_ROLES)[number]
  content: string
  seq: number | null
  createdAt: string | null
  /** Of `content`; a text is estimated once, because it may be long. */
  textTokens: number
  /** Tokens of what follows `content` and was not read. */
  unread: number
}

/** A turn as it is shown. */
export interface ShownTurn {
  turn: Turn
  content: string
  tokens: number
  truncated: boolean
}

export const tokensOfTurn = ({ textTokens, unread }: Turn): number => textTokens + unread + MESSAGE_OVERHEAD

/** Where the question is: the last that the user said, or else the last. */
export function questionOf(turns: readonly Turn[]): number {
  const last = turns.findLastIndex(({ role }) => role === 'user')
  return last === -1 ? turns.length - 1 : last
}

/**
 * The turns that fit into so many tokens, from the newest back, each of them whole. The newest and the question are always in,
 * and cut where they are longer than their share: the question gets at most half where something was said after it.
 *
 * @param turns oldest first
 * @returns the same order
 */
export function takeRecent(turns: readonly Turn[], share: number): ShownTurn[] {
  const newest = turns.length - 1
  const question = questionOf(turns)
  const taken = new Map<number, ShownTurn>()
  let left = share
  const take = (index: number, most: number, mayCut: boolean): boolean => {
    const turn = turns[index]
    const shown = turn && fit(turn, most, mayCut)
    if (!shown) return false
    taken.set(index, shown)
    left -= shown.tokens
    return true
  }

  if (question !== newest) take(question, Math.floor(share / 2), true)
  for (let index = newest; index >= 0; index--) {
    if (!taken.has(index) && !take(index, left, index === newest)) break
  }
  return [...taken.entries()].sort(([a], [b]) => a - b).map(([, shown]) => shown)
}

function fit(turn: Turn, most: number, mayCut: boolean): ShownTurn | null {
  const whole = tokensOfTurn(turn)
  if (turn.unread === 0 && whole <= most) return { turn, content: turn.content, tokens: whole, truncated: false }
  const content = mayCut ? cutToTokens(turn.content, most - MESSAGE_OVERHEAD, turn.textTokens) : ''
  if (content === '') return null
  const textTokens = content === turn.content ? turn.textTokens : estimateTokens(content)
  return { turn, content, tokens: textTokens + MESSAGE_OVERHEAD, truncated: true }
}
