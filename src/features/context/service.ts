import type { Caller } from '../../auth/caller.ts'
import { fail, ok, type Result } from '../../result.ts'
import type { RecentQuery, StoredTurns } from '../messages/recent.ts'
import { followUp, readQuery } from '../search/query.ts'
import { createQuestions, type QuestionDeps } from '../search/question.ts'
import { searchDefaults } from '../search/schemas.ts'
import { packContext } from './pack.ts'
import { createContextRepository } from './repository.ts'
import type { Context, ContextRequest } from './schemas.ts'
import { conversationOf, type Question, questionIn } from './turns.ts'
import { type Searched, toContext } from './wire.ts'

/** A text of so many bytes takes a token, or fewer do: nothing that fits is left unread. */
const BYTES_PER_TOKEN = 6
/** What Neon's 10 MiB leave beside 50 hits, if each byte takes six in JSON. */
const MOST_BYTES = 400_000
/** Of most conversations this is more than the budget holds. */
const TOKENS_PER_TURN = 16
const LEAST_TURNS = 32
const MOST_TURNS = 500

/** A search may find so many of the recent turns, and has others beside them; it finds no more than a search by itself. */
const RECENT_HITS = 20
const MOST_HITS = 50

/** How much of a conversation a budget is worth reading. */
export const readingFor = (budgetTokens: number): Pick<RecentQuery, 'limit' | 'bytes'> => ({
  limit: Math.min(MOST_TURNS, Math.max(LEAST_TURNS, Math.ceil(budgetTokens / TOKENS_PER_TURN))),
  bytes: Math.min(MOST_BYTES, budgetTokens * BYTES_PER_TOKEN),
})

/** What a model should know before it answers the caller. */
export function createContextService(deps: QuestionDeps) {
  const questions = createQuestions(deps)

  async function find(caller: Caller, request: ContextRequest, { text, turns }: Question, query: RecentQuery | null) {
    const { conversationId, sources, filter, limit, threshold } = request
    const { embedded, tokens } = await questions.embed(caller, text, turns)
    const [vector, unavailable] = embedded
    if (unavailable) questions.noteDegraded(caller, unavailable)
    const mode = vector ? ('hybrid' as const) : ('keyword' as const)
    const [context, error] = await createContextRepository(caller.db, caller.userId).find(
      {
        ...searchDefaults(),
        mode,
        words: { ...followUp(readQuery(text, 'plain'), turns), prefix: false, all: false },
        floor: questions.floor(),
        vector,
        model: questions.model(),
        after: null,
        marked: false,
        sources,
        filter,
        limit: conversationId === undefined ? limit : Math.min(MOST_HITS, limit + RECENT_HITS),
        threshold: vector ? threshold : undefined,
      },
      tokens,
      query,
    )
    if (error) return fail(error)
    questions.noteEmbedded(caller, context.found.embeddedToday)
    return ok({ ...context, mode })
  }

  return {
    /**
     * The recent turns of a conversation, what was said elsewhere and what documents say about its last question, within a budget. One
     * database trip where the request carries the question; else the turns are read first. Without the question's vector it
     * searches by keyword alone, and says so. `not_found` for the conversation, `invalid_request` for a leaf that it does not have.
     */
    async build(caller: Caller, request: ContextRequest): Promise<Result<Context>> {
      const { conversationId, leafId = null, turns: given = [], budgetTokens } = request
      const reading = readingFor(budgetTokens)
      const query = conversationId === undefined ? null : { conversationId, leafId, ...reading }
      const answer = (stored: StoredTurns | null, searched: Searched | null) => {
        const conversation = conversationOf(conversationId ?? null, stored, given, reading.bytes)
        const material = {
          conversationId: conversationId ?? null,
          systemPrompt: stored?.systemPrompt ?? null,
          turns: conversation.turns,
          hits: searched?.found.hits ?? [],
          limit: request.limit,
          gaps: searched?.gaps ?? new Map<string, string>(),
        }
        return ok(toContext(conversation, searched, packContext(material, budgetTokens), conversationId ?? null))
      }

      const asked = questionIn(given, request.query)
      if (asked) {
        const [found, error] = await find(caller, request, asked, query)
        return error ? fail(error) : answer(found.stored, found)
      }
      // The schema has seen that there is a question, or else a conversation.
      if (!query) return fail({ code: 'internal', context: { reason: 'neither a question nor a conversation' } })
      const [stored, missing] = await createContextRepository(caller.db, caller.userId).recent(query)
      if (missing) return fail(missing)
      const question = questionIn(conversationOf(query.conversationId, stored, given, reading.bytes).turns)
      if (!question) return answer(stored, null)
      const [found, error] = await find(caller, request, question, null)
      return error ? fail(error) : answer(stored, found)
    },
  }
}
