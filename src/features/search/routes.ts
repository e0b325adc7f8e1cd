import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { describeInput, operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { exampleEmbedding } from '../vectors/schemas.ts'
import { searchRequest, searchRequestInput, searchResults } from './schemas.ts'
import { createSearchService } from './service.ts'

/** `/v1/search` */
export const searchRoutes = (deps: Deps) => {
  const searches = createSearchService(deps)
  return userRoutes(deps).post(
    '/',
    operation({
      operationId: 'search',
      heavy: true,
      statementMs: 5_000,
      rateLimit: 'search',
      tag: { name: 'Search', description: 'Find messages and documents by meaning and by keyword.' },
      summary: 'Search messages and documents',
      description:
        'By meaning and by keyword at once, in one list; or by one of them. Each hit says what its score is made of. `pendingEmbeddings` and `failedEmbeddings` say how many texts cannot be found by meaning. By keyword, the first 60,000 characters of a text are looked at. Both lists go 200 deep: pages end there. A query may be a follow-up (“and the second one?”): of `turns`, in one database trip, or of a conversation, whose turns are read first, which takes a second trip. With a conversation, pages go on as long as its last turns of the user are the same; after that a cursor is an `invalid_cursor`.',
      readOnly: true,
      examples: {
        text: { summary: 'By meaning and by keyword', value: { query: 'hotels near the river' } },
        filtered: {
          summary: 'Documents with a tag, by keyword',
          value: { query: 'hotels', mode: 'keyword', sources: ['document'], filter: { tags: ['travel'] }, limit: 5 },
        },
        followUp: {
          summary: 'A follow-up',
          value: {
            query: 'and the second one?',
            turns: [
              { role: 'user', content: 'Which hotels are near the river?' },
              { role: 'assistant', content: 'Hotel Adler and Hotel Krone.' },
            ],
          },
        },
        embedding: {
          summary: 'By an embedding of the client',
          value: { embedding: exampleEmbedding, model: 'example-1' },
        },
      },
      responses: { 200: { description: 'The best hits first', schema: searchResults } },
      errors: ['not_found', 'quota_exceeded', 'embedding_unavailable', 'mixed_models'],
    }),
    describeInput('json', searchRequestInput, validate('json', searchRequest)),
    async (c) => {
      const [results, error] = await searches.search(c.var.caller, c.req.valid('json'))
      return error ? problem(c, error) : c.json(results, 200)
    },
  )
}
