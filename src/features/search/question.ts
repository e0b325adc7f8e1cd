import type { Caller } from '../../auth/caller.ts'
import type { Deps } from '../../deps.ts'
import type { EmbeddingVector } from '../../embeddings/vector.ts'
import { type AppError, fail, ok, type Result } from '../../result.ts'
import { timed, type Trace } from '../../trace.ts'
import type { EarlierTurn } from './query.ts'
import { BYTES_PER_TOKEN } from '../usage/sql/embedded.ts'

export type QuestionDeps = Pick<Deps, 'queryEmbedder' | 'quotas' | 'spentBudgets' | 'log'>

/** A question's vector, or why there is none, and the tokens it has cost the provider: 0 where the vector was cached. */
export interface EmbeddedQuestion {
  embedded: Result<EmbeddingVector>
  tokens: number
}

/** Embeds the questions of searches, within each user's quota. */
export function createQuestions({ queryEmbedder: embedder, quotas, spentBudgets, log }: QuestionDeps) {
  async function embed(trace: Trace, query: string, options: Parameters<typeof embedder.embed>[1]) {
    const [vectors, error] = await timed(trace, 'embed', () => embedder.embed([query], options))
    if (error) return fail(error)
    const [vector] = vectors
    return vector ? ok(vector) : fail({ code: 'internal' as const, context: { reason: 'the embedder gave no vector' } })
  }

  return {
    /** Only vectors of this model are compared with a question. */
    model: (): string => embedder.model,

    /** See `Embedder.floor`. */
    floor: (): number | null => embedder.floor,

    /**
     * A question together with what was said before it, each turn by its weight. `quota_exceeded` where the user has used up today's tokens, `embedding_unavailable` where
     * the provider fails; without a turn that it fails for.
     */
    async embed(
      { userId, trace }: Pick<Caller, 'userId' | 'trace'>,
      query: string,
      turns: readonly EarlierTurn[] = [],
    ): Promise<EmbeddedQuestion> {
      if (spentBudgets.has(userId)) return { embedded: fail(NO_TOKENS), tokens: 0 }
      let tokens = 0
      // One by one: what was asked before is in the cache.
      const one = (text: string) => embed(trace, text, { userId, whenAsked: () => void (tokens += tokensOf(text)) })
      const [[vector, error], earlier] = await Promise.all([
        one(query),
        Promise.all(turns.map(({ text }) => one(text))),
      ])
      if (error) return { embedded: fail(error), tokens }
      const weighed = earlier.flatMap(([vector], i) => (vector ? [{ vector, weight: turns[i]?.weight ?? 0 }] : []))
      return { embedded: ok(sumOf(vector, weighed)), tokens }
    },

    /** Logs that a search goes on without the vector: its answer is no failure, which would be in the log by itself. */
    noteDegraded({ trace }: Pick<Caller, 'trace'>, { code, context }: AppError): void {
      log('warn', 'search_degraded', { requestId: trace.requestId, error: code, cause: context })
    },

    /** @param embeddedToday what the database has counted, with this question; null where it cost nothing */
    noteEmbedded({ userId }: Pick<Caller, 'userId'>, embeddedToday: number | null): void {
      const { embeddedTokens: limit } = quotas
      if (embeddedToday !== null && limit !== null && embeddedToday >= limit) spentBudgets.note(userId)
    },
  }
}

/** By how much more a turn counts here than among the words: chosen by recall on multi-turn conversations. */
const TURN_FACTOR = 2.5

/** The direction of all together. */
function sumOf(
  question: EmbeddingVector,
  turns: readonly { vector: EmbeddingVector; weight: number }[],
): EmbeddingVector {
  if (turns.length === 0) return question
  const sum = question.map((value, i) =>
    turns.reduce((sum, { vector, weight }) => sum + TURN_FACTOR * weight * (vector[i] ?? 0), value),
  )
  const length = Math.hypot(...sum)
  return length > 0 ? sum.map((value) => value / length) : question
}

const NO_TOKENS: AppError = {
  code: 'quota_exceeded',
  quota: 'embeddedTokens',
  detail:
    'You have used up the quota embeddedTokens. Search by keyword or by embedding until it is reset: GET /v1/usage says when.',
}

/** As the queue counts texts. */
const tokensOf = (query: string): number => Math.ceil(new TextEncoder().encode(query).length / BYTES_PER_TOKEN)
