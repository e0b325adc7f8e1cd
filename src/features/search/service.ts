import * as z from 'zod'
import type { Caller } from '../../auth/caller.ts'
import { type CursorScope, decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { cutPage } from '../../http/page.ts'
import { fail, ok, type Result } from '../../result.ts'
import { toHtml } from './highlight.ts'
import { type EarlierTurn, earlierTurns, followUp, readQuery } from './query.ts'
import { createQuestions, type QuestionDeps } from './question.ts'
import { createSearchRepository, type SearchRepository } from './repository.ts'
import type { SearchHit, SearchRequest } from './schemas.ts'

const hitKey = z.tuple([z.enum(['hybrid', 'semantic', 'keyword']), z.number(), z.string(), z.string()])

/** What the caller can find. */
export function createSearchService(deps: QuestionDeps) {
  const questions = createQuestions(deps)
  return {
    /**
     * Searches by text, by embedding, or by keyword. A text is embedded first, and compared only with what the same model made.
     * A hybrid search whose text cannot be embedded goes on by keyword alone, and says so, to its last page; one by meaning
     * fails with `embedding_unavailable`, as does the next page of a hybrid one; with `quota_exceeded` where the user has
     * used up today's tokens. `invalid_cursor` for one of another search, or after other turns,
     * `mixed_models` where no model is named, and there are several. Where a conversation is named its turns are read first:
     * `not_found` for the conversation, `invalid_request` for a leaf that it does not have.
     */
    async search(caller: Caller, request: SearchRequest) {
      const { db, userId } = caller
      const {
        query,
        turns: _turns,
        conversationId: _conversationId,
        leafId: _leafId,
        embedding,
        model,
        mode: asked,
        match,
        syntax,
        prefix,
        cursor,
        ...rest
      } = request
      const searches = createSearchRepository(db, userId)
      const [turns, unknown] = await turnsBefore(request, searches)
      if (unknown) return fail(unknown)
      const scope = await cursorScopeOf(userId, request, turns)
      const [end, forged] = await decodeCursor(scope, cursor, hitKey)
      if (forged) return fail(forged)

      const mode = asked ?? (embedding ? 'semantic' : 'hybrid')
      // Scores of two modes are no one list: pages go on as the first began.
      const begun = end?.[0] ?? mode
      const { embedded, tokens } =
        begun === 'keyword' || query === undefined
          ? { embedded: ok(embedding ?? null), tokens: 0 }
          : await questions.embed(caller, query, turns)
      const [vector, unavailable] = embedded
      if (unavailable && (end || mode !== 'hybrid')) return fail(unavailable)
      if (unavailable) questions.noteDegraded(caller, unavailable)
      const used = unavailable ? 'keyword' : begun
      const degraded = used !== mode
      const [found, error] = await searches.search(
        {
          ...rest,
          mode: used,
          words:
            used === 'semantic' || query === undefined
              ? null
              : { ...followUp(readQuery(query, syntax), turns), prefix, all: match === 'all' },
          floor: questions.floor(),
          vector,
          model: query === undefined ? (model ?? null) : questions.model(),
          after: end && [end[1], end[2], end[3]],
          marked: true,
          ...(degraded ? { threshold: undefined } : {}),
        },
        tokens,
      )
      if (error) return fail(error)

      const { hits, embeddedToday, ...told } = found
      questions.noteEmbedded(caller, embeddedToday)
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

/** What the database calls a text: see docs/decisions/030-client-ids.md. */
const textIdOf = (hit: SearchHit): string => (hit.source === 'message' ? `${hit.conversationId}/${hit.id}` : hit.id)

/** What was said before the query, as far as the request tells or names it. */
async function turnsBefore(
  { query, turns = [], conversationId, leafId }: SearchRequest,
  searches: SearchRepository,
): Promise<Result<EarlierTurn[]>> {
  if (query === undefined) return ok([])
  if (conversationId === undefined) {
    return ok(
      earlierTurns(
        turns.filter(({ role }) => role === 'user').map(({ content }) => content),
        query,
      ),
    )
  }
  const [said, error] = await searches.said({ conversationId, leafId: leafId ?? null })
  return error ? fail(error) : ok(earlierTurns(said, query))
}

/** A cursor goes with one search only, and what was said before it: page sizes may differ, nothing else. */
async function cursorScopeOf(
  userId: string,
  { limit: _limit, cursor: _cursor, turns: _turns, ...asked }: SearchRequest,
  turns: readonly EarlierTurn[],
): Promise<CursorScope> {
  const text = JSON.stringify([asked, turns])
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return { list: `search:${new Uint8Array(digest).toHex()}`, userId }
}
