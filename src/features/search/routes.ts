import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { describeInput, operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import type { AppError } from '../../result.ts'
import { exampleEmbedding } from '../vectors/schemas.ts'
import { createSearchRepository } from './repository.ts'
import { searchRequest, searchRequestInput, searchResults } from './schemas.ts'
import { search } from './service.ts'

export const searchRoutes = (deps: Deps) =>
  userRoutes(deps).post(
    '/',
    operation({
      operationId: 'search',
      tag: 'Search',
      summary: 'Search messages and documents',
      description:
        'By meaning and by keyword at once, in one list; or by one of them. Each hit says what its score is made of. `pendingEmbeddings` and `failedEmbeddings` say how many texts cannot be found by meaning. Both lists go 200 deep: pages end there.',
      readOnly: true,
      examples: {
        text: { summary: 'By meaning and by keyword', value: { query: 'hotels near the river' } },
        filtered: {
          summary: 'Documents with a tag, by keyword',
          value: { query: 'hotels', mode: 'keyword', sources: ['document'], filter: { tags: ['travel'] }, limit: 5 },
        },
        embedding: {
          summary: 'By an embedding of the client',
          value: { embedding: exampleEmbedding, model: 'example-1' },
        },
      },
      responses: { 200: { description: 'The best hits first', schema: searchResults } },
      errors: ['embedding_unavailable', 'mixed_models'],
    }),
    describeInput('json', searchRequestInput, validate('json', searchRequest)),
    async (c) => {
      const { db, identity, trace } = c.var
      const { userId } = identity
      const onDegraded = ({ code, context }: AppError) =>
        deps.log('warn', 'search_degraded', { requestId: trace.requestId, error: code, cause: context })
      const repository = createSearchRepository(db, userId)
      const asker = { userId, trace, onDegraded }
      const [results, error] = await search(repository, deps.queryEmbedder, asker, c.req.valid('json'))
      return error ? problem(c, error) : c.json(results, 200)
    },
  )
