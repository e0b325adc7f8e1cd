import type { Packed } from './pack.ts'
import { tokensOfPassage } from './passages.ts'
import { tokensOfTurn } from './recent.ts'
import type { FoundContext } from './repository.ts'
import { boundOmitted, type Context, type Omitted } from './schemas.ts'
import type { Conversation } from './turns.ts'

/** What a search makes known. */
export interface Searched extends Omit<FoundContext, 'stored'> {
  mode: 'hybrid' | 'keyword'
}

const NOT_SEARCHED = {
  recall: 'exact',
  belowThreshold: 0,
  pendingEmbeddings: 0,
  failedEmbeddings: 0,
  otherModels: 0,
} as const

/** What was packed, as the API shows it. */
export function toContext(
  { skipped, hasEarlier }: Conversation,
  searched: Searched | null,
  packed: Packed,
  conversationId: string | null,
): Context {
  const {
    hits: _hits,
    embeddedToday: _embeddedToday,
    ...told
  } = searched?.found ?? { ...NOT_SEARCHED, hits: [], embeddedToday: null }
  return {
    systemPrompt: packed.systemPrompt,
    recent: packed.recent.map(({ turn: { id, role, seq, createdAt }, content, tokens, truncated }) => ({
      id,
      role,
      content,
      tokens,
      truncated,
      seq,
      createdAt,
    })),
    earlierTurns: hasEarlier || packed.omittedTurns.length > 0,
    recalled: packed.recalled.map(({ hit, content, tokens, truncated }, i) => ({
      key: `m${i + 1}`,
      conversationId: hit.conversationId,
      conversationTitle: searched?.titles[hit.conversationId] ?? null,
      id: hit.id,
      role: hit.role,
      content,
      tokens,
      truncated,
      score: hit.score,
      seq: hit.seq,
      createdAt: hit.createdAt,
    })),
    passages: packed.passages.map(({ textTokens, ...passage }, i) => ({
      key: `d${i + 1}`,
      ...passage,
      headings: [...passage.headings],
      tokens: tokensOfPassage({ ...passage, textTokens }),
    })),
    ...boundOmitted([...omittedHits(packed), ...omittedTurns(packed, conversationId), ...skipped]),
    tokens: packed.tokens,
    mode: searched?.mode ?? null,
    degraded: searched?.mode === 'keyword',
    ...told,
  }
}

const omittedHits = ({ omittedHits }: Packed): Omitted[] =>
  omittedHits.map(({ hit, tokens, reason }) =>
    hit.source === 'message'
      ? { kind: 'recalled', id: hit.id, conversationId: hit.conversationId, tokens, reason }
      : { kind: 'passage', id: hit.id, documentId: hit.documentId, tokens, reason },
  )

const omittedTurns = ({ omittedTurns }: Packed, conversationId: string | null): Omitted[] =>
  omittedTurns.map((turn) => ({
    kind: 'recent',
    id: turn.id,
    ...(conversationId === null ? {} : { conversationId }),
    tokens: tokensOfTurn(turn),
    reason: 'budget',
  }))
