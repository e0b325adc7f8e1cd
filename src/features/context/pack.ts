import { estimateTokens } from '../../tokens/estimate.ts'
import type { SearchHit } from '../search/schemas.ts'
import { cutToTokens } from './cut.ts'
import { type MessageHit, type OmittedHit, packHits, type Recalled, textKey } from './hits.ts'
import { type Gaps, type Passage, tokensOfPassage } from './passages.ts'
import { MESSAGE_OVERHEAD, type ShownTurn, takeRecent, type Turn } from './recent.ts'

/** What a context is made of. */
export interface Material {
  conversationId: string | null
  systemPrompt: string | null
  /** Oldest first. */
  turns: readonly Turn[]
  /** The best first. */
  hits: readonly SearchHit[]
  /** How many hits are considered, those that are recent turns not counted. */
  limit: number
  gaps: Gaps
}

export interface SystemPrompt {
  content: string
  tokens: number
  truncated: boolean
}

/** What goes into a prompt, and what does not. */
export interface Packed {
  systemPrompt: SystemPrompt | null
  recent: ShownTurn[]
  recalled: Recalled[]
  passages: Passage[]
  /** The best hits first. */
  omittedHits: OmittedHit[]
  /** Newest first. */
  omittedTurns: Turn[]
  tokens: { budget: number; used: number; systemPrompt: number; recent: number; recalled: number; passages: number }
}

/**
 * Shares out a budget. The system prompt may take half of it. Of the rest, recent turns get half, from the newest back; hits get
 * what these leave, and older turns what hits leave. The same material gives the same context, and never more than the budget.
 */
export function packContext(material: Material, budget: number): Packed {
  const { conversationId, systemPrompt, turns, hits, limit, gaps } = material
  const prompt = packPrompt(systemPrompt, Math.floor(budget / 2))
  const rest = budget - (prompt?.tokens ?? 0)
  const isTurn = (turn: Turn, hit: SearchHit) =>
    turn.id !== null && hit.source === 'message' && hit.conversationId === conversationId && hit.id === turn.id
  const seenIn = (shown: readonly ShownTurn[]) => ({
    isRecent: (hit: SearchHit) => shown.some(({ turn }) => isTurn(turn, hit)),
    texts: new Set(shown.map(({ turn }) => textKey(turn.content))),
  })

  const first = takeRecent(turns, Math.floor(rest / 2))
  const found = packHits(hits, gaps, { tokens: rest - sumOf(first), limit }, seenIn(first))
  const recent = takeRecent(turns, rest - found.tokens)

  // Older turns may be what was recalled.
  const seen = seenIn(recent)
  const reasonNow = (hit: MessageHit) =>
    seen.isRecent(hit) ? 'in_recent' : seen.texts.has(textKey(hit.content)) ? 'duplicate' : null
  const recalled = found.recalled.filter(({ hit }) => reasonNow(hit) === null)
  const dropped = found.recalled.flatMap(({ hit, tokens }): OmittedHit[] => {
    const reason = reasonNow(hit)
    return reason ? [{ hit, tokens, reason }] : []
  })
  const tokens = {
    systemPrompt: prompt?.tokens ?? 0,
    recent: sumOf(recent),
    recalled: sumOf(recalled),
    passages: found.passages.reduce((sum, passage) => sum + tokensOfPassage(passage), 0),
  }
  const shown = new Set(recent.map(({ turn }) => turn))
  return {
    systemPrompt: prompt,
    recent,
    recalled,
    passages: found.passages,
    omittedHits: [...found.omitted, ...dropped].sort((a, b) => hits.indexOf(a.hit) - hits.indexOf(b.hit)),
    omittedTurns: turns.filter((turn) => !shown.has(turn)).toReversed(),
    tokens: { budget, used: tokens.systemPrompt + tokens.recent + tokens.recalled + tokens.passages, ...tokens },
  }
}

function packPrompt(text: string | null, share: number): SystemPrompt | null {
  if (text === null || text.trim() === '') return null
  const content = cutToTokens(text, share - MESSAGE_OVERHEAD)
  if (content === '') return null
  return { content, tokens: estimateTokens(content) + MESSAGE_OVERHEAD, truncated: content !== text }
}

const sumOf = (items: readonly { tokens: number }[]): number => items.reduce((sum, { tokens }) => sum + tokens, 0)
