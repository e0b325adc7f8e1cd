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

  const addMessage = (item: Recalled): boolean => {
    if (item.content === '' || used + item.tokens > budget) return false
    recalled.push(item)
    used += item.tokens
    return true
  }
  const addPassage = (added: Passage): boolean => {
    if (added.content === '') return false
    const { passage, replaced } = joinInto(passages, added, gaps)
    const cost = tokensOfPassage(passage) - replaced.reduce((sum, part) => sum + tokensOfPassage(part), 0)
    if (used + cost > budget) return false
    passages = [...passages.filter((part) => !replaced.includes(part)), passage]
    used += cost
    return true
  }
  const omit = (hit: SearchHit, textTokens: number, reason: HitReason) =>
    omitted.push({ hit, tokens: tokensOfHit(hit, textTokens), reason })

  for (const hit of hits) {
    const isShown = isRecent(hit)
    if (!isShown && ++considered > limit) continue
    const textTokens = estimateTokens(hit.content)
    const key = textKey(hit.content)
    if (isShown) omit(hit, textTokens, 'in_recent')
    else if (shown.has(key)) omit(hit, textTokens, 'duplicate')
    else if (
      hit.source === 'message'
        ? addMessage(toRecalled(hit, textTokens, share))
        : addPassage(toPassage(hit, textTokens, share))
    ) {
      shown.add(key)
    } else omit(hit, textTokens, 'budget')
  }
  return { recalled, passages: passages.sort((a, b) => b.score - a.score), omitted, tokens: used }
}

const tokensOfHit = (hit: SearchHit, textTokens: number): number =>
  hit.source === 'message' ? textTokens + MESSAGE_OVERHEAD : tokensOfPassage({ ...hit, textTokens })

function toRecalled(hit: MessageHit, textTokens: number, share: number): Recalled {
  const content = cutToTokens(hit.content, share - MESSAGE_OVERHEAD, textTokens)
  const isCut = content !== hit.content
  const tokens = (isCut ? estimateTokens(content) : textTokens) + MESSAGE_OVERHEAD
  return { hit, content, tokens, truncated: hit.truncated || isCut }
}

function toPassage(hit: DocumentHit, textTokens: number, share: number): Passage {
  const { documentId, title, headings, tableHead, start, content, score, truncated } = hit
  const whole = {
    documentId,
    title,
    headings,
    tableHead,
    start,
    end: start + content.length,
    content,
    textTokens,
    score,
    truncated,
  }
  const tokens = tokensOfPassage(whole)
  if (tokens <= share) return whole
  const cut = cutToTokens(content, share - (tokens - textTokens), textTokens)
  return { ...whole, end: start + cut.length, content: cut, textTokens: estimateTokens(cut), truncated: true }
}
