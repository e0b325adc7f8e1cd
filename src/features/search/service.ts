import * as z from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { Deps } from '../../deps.ts'
import type { EmbedOptions, Embedder } from '../../embeddings/embedder.ts'
import type { EmbeddingVector } from '../../embeddings/vector.ts'
import { type CursorScope, decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { cutPage } from '../../http/page.ts'
import { type AppError, fail, ok, type Result } from '../../result.ts'
import { timed, type Trace } from '../../trace.ts'
import { toHtml } from './highlight.ts'
import { BYTES_PER_TOKEN } from '../usage/sql/embedded.ts'
import { readQuery } from './query.ts'
import { createSearchRepository } from './repository.ts'
import type { SearchHit, SearchRequest } from './schemas.ts'

const hitKey = z.tuple([z.enum(['hybrid', 'semantic', 'keyword']), z.number(), z.string(), z.string()])

type SearchDeps = Pick<Deps, 'queryEmbedder' | 'quotas' | 'spentBudgets' | 'log'>

/** What the caller can find. */
export function createSearchService({ queryEmbedder: embedder, quotas, spentBudgets, log }: SearchDeps) {
  return {
    /**
     * Searches by text, by embedding, or by keyword. A text is embedded first, and compared only with what the same model made.
     * A hybrid search whose text cannot be embedded goes on by keyword alone, and says so, to its last page; one by meaning
     * fails with `embedding_unavailable`, as does the next page of a hybrid one; with `quota_exceeded` where the user has
     * used up today's tokens. `invalid_cursor` for one of another search,
     * `mixed_models` where no model is named, and there are several.
     */
    async search({ db, userId, trace }: Caller, request: SearchRequest) {
      const { query, embedding, model, mode: asked, match, syntax, prefix, cursor, ...rest } = request
      const scope = await cursorScopeOf(userId, request)
      const [end, forged] = await decodeCursor(scope, cursor, hitKey)
      if (forged) return fail(forged)

      const mode = asked ?? (embedding ? 'semantic' : 'hybrid')
      // Scores of two modes are no one list: pages go on as the first began.
      const begun = end?.[0] ?? mode
      let tokens = 0
      const whenAsked = () => void (tokens = tokensOf(query))
      const [vector, unavailable] =
        begun === 'keyword' || query === undefined
          ? ok(embedding ?? null)
          : spentBudgets.has(userId)
            ? fail(NO_TOKENS)
            : await embedQuery(embedder, trace, query, { userId, whenAsked })
      if (unavailable && (end || mode !== 'hybrid')) return fail(unavailable)
      if (unavailable) {
        // The answer is no failure, which would be in the log by itself.
        const { code, context } = unavailable
        log('warn', 'search_degraded', { requestId: trace.requestId, error: code, cause: context })
      }
      const used = unavailable ? 'keyword' : begun
      const degraded = used !== mode
      const [found, error] = await createSearchRepository(db, userId).search(
        {
          ...rest,
          mode: used,
          words:
            used === 'semantic' || query === undefined
              ? null
              : { ...readQuery(query, syntax), prefix, all: match === 'all' },
          floor: embedder.floor,
          vector,
          model: query === undefined ? (model ?? null) : embedder.model,
          after: end && [end[1], end[2], end[3]],
          ...(degraded ? { threshold: undefined } : {}),
        },
        tokens,
      )
      if (error) return fail(error)

      const { hits, embeddedToday, ...told } = found
      const { embeddedTokens: limit } = quotas
      if (embeddedToday !== null && limit !== null && embeddedToday >= limit) spentBudgets.note(userId)
      const { data, last } = cutPage(hits, request.limit)
      return ok({
        data: data.map((hit) => ({ ...hit, highlight: hit.highlight === null ? null : toHtml(hit.highlight) })),
        nextCursor: last ? await encodeCursor(scope, [used, last.score, last.createdAt, textIdOf(last)]) : null,
        mode: used,
        degraded,
        ...told,
      })
    },
  }
}

const NO_TOKENS: AppError = {
  code: 'quota_exceeded',
  quota: 'embeddedTokens',
  detail:
    'You have used up the quota embeddedTokens. Search by keyword or by embedding until it is reset: GET /v1/usage says when.',
}

/** As the queue counts texts. */
const tokensOf = (query = ''): number => Math.ceil(new TextEncoder().encode(query).length / BYTES_PER_TOKEN)

/** What the database calls a text: see docs/decisions/030-client-ids.md. */
const textIdOf = (hit: SearchHit): string => (hit.source === 'message' ? `${hit.conversationId}/${hit.id}` : hit.id)

async function embedQuery(
  embedder: Embedder,
  trace: Trace,
  query: string,
  options: EmbedOptions,
): Promise<Result<EmbeddingVector>> {
  const [vectors, error] = await timed(trace, 'embed', () => embedder.embed([query], options))
  if (error) return fail(error)
  const [vector] = vectors
  return vector ? ok(vector) : fail({ code: 'internal', context: { reason: 'the embedder gave no vector' } })
}

/** A cursor goes with one search only: page sizes may differ, nothing else. */
async function cursorScopeOf(
  userId: string,
  { limit: _limit, cursor: _cursor, ...asked }: SearchRequest,
): Promise<CursorScope> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(asked)))
  return { list: `search:${new Uint8Array(digest).toHex()}`, userId }
}
