import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { describeInput, operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { context, contextRequest, contextRequestInput } from './schemas.ts'
import { createContextService } from './service.ts'

/** `/v1/context` */
export const contextRoutes = (deps: Deps) => {
  const contexts = createContextService(deps)
  return userRoutes(deps).post(
    '/',
    operation({
      operationId: 'buildContext',
      heavy: true,
      statementMs: 5_000,
      rateLimit: 'search',
      tag: { name: 'Context', description: 'What a model should know before it answers.' },
      summary: 'Build the context of a prompt',
      description:
        'The recent turns of a conversation, messages of other conversations and passages of documents about its last question, within a budget of tokens, each with a key to cite it by. The system prompt may take half of the budget. Of the rest, recent turns get half, from the newest back; what was found gets what these leave, and older turns what that leaves. Turns are texts of messages that are complete or stopped. Without the embedding provider it searches by keyword alone (`degraded`). It reads at most the last 500 messages and 400,000 bytes of a conversation, and 8,000 characters of a hit. Tokens are estimates.',
      readOnly: true,
      examples: {
        turns: {
          summary: 'For the last turns, as a client holds them',
          value: {
            turns: [
              { role: 'user', content: 'Where can I stay near the river?' },
              { role: 'assistant', content: 'In the old town, close to the bridge.' },
              { role: 'user', content: 'Which of these takes dogs?' },
            ],
            budgetTokens: 4000,
          },
        },
        query: {
          summary: 'Only documents, by a query',
          value: {
            query: 'hotels near the river',
            sources: ['document'],
            filter: { tags: ['travel'] },
            budgetTokens: 2000,
          },
        },
      },
      responses: { 200: { description: 'The context', schema: context } },
      errors: ['not_found'],
    }),
    describeInput('json', contextRequestInput, validate('json', contextRequest)),
    async (c) => {
      const [built, error] = await contexts.build(c.var.caller, c.req.valid('json'))
      return error ? problem(c, error) : c.json(built, 200)
    },
  )
}
