import { estimateTokens } from '../../tokens/estimate.ts'
import type { messageHit, SearchHit } from '../search/schemas.ts'
import type * as z from 'zod'
import { cutToTokens } from './cut.ts'
import { type Gaps, joinInto, type Passage, tokensOfPassage } from './passages.ts'
import { MESSAGE_OVERHEAD } from './recent.ts'

export type MessageHit = z.output<typeof messageHit>
type DocumentHit = Exclude<SearchHit, MessageHit>

/** A message of before. */
export interface Recalled {
  hit: MessageHit
  content: string
  tokens: number
  truncated: boolean
}

/** Why a hit was left out. */
export type HitReason = 'budget' | 'duplicate' | 'in_recent'

export interface OmittedHit {
  hit: SearchHit
  tokens: number
  reason: HitReason
}

export interface PackedHits {
  /** The best first. */
  recalled: Recalled[]
  passages: Passage[]
  omitted: OmittedHit[]
  tokens: number
}

/** What the recent turns have already. */
export interface Seen {
  isRecent: (hit: SearchHit) => boolean
  /** By {@link textKey}. */
  texts: ReadonlySet<string>
}

/** Texts of the same key are the same. */
export const textKey = (content: string): string => content.trim()

/** How much room there is. */
export interface Room {
  tokens: number
  /** How many hits are considered, those that are recent turns not counted. */
  limit: number
}

/**
 * The hits that fit into so many tokens, the best first; one that does not fit makes room for the next. A single text gets at most half
 * of them, and is cut there. Passages of a document that meet become one, and each text is shown once.
 */
export function packHits(
  hits: readonly SearchHit[],
  gaps: Gaps,
  { tokens: budget, limit }: Room,
  { isRecent, texts }: Seen,
): PackedHits {
  const share = Math.floor(budget / 2)
  const shown = new Set(texts)
  const recalled: Recalled[] = []
  const omitted: OmittedHit[] = []
  let passages: Passage[] = []
  let used = 0
  let considered = 0

  const addMessage = (hit: MessageHit): boolean => {
    const item = toRecalled(hit, share)
    if (item.content === '' || used + item.tokens > budget) return false
    recalled.push(item)
    used += item.tokens
    return true
  }
  const addPassage = (hit: DocumentHit): boolean => {
    const added = toPassage(hit, share)
    if (added.content === '') return false
    const { passage, replaced } = joinInto(passages, added, gaps)
    const cost = tokensOfPassage(passage) - replaced.reduce((sum, part) => sum + tokensOfPassage(part), 0)
    if (used + cost > budget) return false
    passages = [...passages.filter((part) => !replaced.includes(part)), passage]
    used += cost
    return true
  }

  for (const hit of hits) {
    const isShown = isRecent(hit)
    if (!isShown && ++considered > limit) continue
    const key = textKey(hit.content)
    const reason = isShown ? 'in_recent' : shown.has(key) ? 'duplicate' : null
    if (reason === null && (hit.source === 'message' ? addMessage(hit) : addPassage(hit))) shown.add(key)
    else omitted.push({ hit, tokens: tokensOfHit(hit), reason: reason ?? 'budget' })
  }
  return { recalled, passages: passages.sort((a, b) => b.score - a.score), omitted, tokens: used }
}

const tokensOfHit = (hit: SearchHit): number =>
  hit.source === 'message'
    ? estimateTokens(hit.content) + MESSAGE_OVERHEAD
    : tokensOfPassage(toPassage(hit, Number.POSITIVE_INFINITY))

function toRecalled(hit: MessageHit, share: number): Recalled {
  const content = cutToTokens(hit.content, share - MESSAGE_OVERHEAD)
  const truncated = hit.truncated || content !== hit.content
  return { hit, content, tokens: estimateTokens(content) + MESSAGE_OVERHEAD, truncated }
}

function toPassage(
  { documentId, title, headings, start, content, score, truncated }: DocumentHit,
  share: number,
): Passage {
  const whole = { documentId, title, headings, start, end: start + content.length, content, score, truncated }
  const tokens = tokensOfPassage(whole)
  if (tokens <= share) return whole
  const cut = cutToTokens(content, share - (tokens - estimateTokens(content)))
  return { ...whole, end: start + cut.length, content: cut, truncated: true }
}
