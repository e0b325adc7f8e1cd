import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { idempotent } from '../../http/idempotency.ts'
import { operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { exampleEmbedding, vectorCreate, vectorHits, vectorSchema, vectorSearch } from './schemas.ts'
import { createVectorService } from './service.ts'

const tag = { name: 'Vectors', description: 'Embeddings, stored and searched as they are.' }

/** `/v1/vectors` */
export const vectorRoutes = (deps: Deps) => {
  const vectors = createVectorService()
  return userRoutes(deps)
    .post(
      '/',
      operation({
        operationId: 'createVector',
        tag,
        summary: 'Store an embedding of your own',
        description:
          'Tied to a message, it takes the place of the embedding that Parley makes: a search by text then finds the message only if `model` names the model that Parley embeds with. A change of the text ends it.',
        examples: {
          note: {
            summary: 'A text with its embedding',
            value: { content: 'Trams are slow.', embedding: exampleEmbedding },
          },
        },
        responses: { 201: { description: 'The stored vector', schema: vectorSchema } },
        errors: ['not_found', 'conflict'],
      }),
      idempotent,
      validate('json', vectorCreate),
      async (c) => {
        const [vector, error] = await vectors.create(c.var.caller, c.req.valid('json'), c.var.requestKey)
        return error ? problem(c, error) : c.json(vector, 201)
      },
    )
    .post(
      '/search',
      operation({
        operationId: 'searchVectors',
        heavy: true,
        statementMs: 5_000,
        rateLimit: 'search',
        tag,
        summary: 'Find the nearest stored vectors',
        description: 'By cosine similarity, over all vectors of the user: of messages, and stored by hand.',
        readOnly: true,
        examples: {
          nearest: { summary: 'The three nearest', value: { embedding: exampleEmbedding, limit: 3 } },
        },
        responses: { 200: { description: 'The nearest first', schema: vectorHits } },
        errors: ['mixed_models'],
      }),
      validate('json', vectorSearch),
      async (c) => {
        const [hits, error] = await vectors.search(c.var.caller, c.req.valid('json'))
        return error ? problem(c, error) : c.json(hits, 200)
      },
    )
}
