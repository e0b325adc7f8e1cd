import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { createEmbeddingJobService } from './service.ts'
import { jobPage, jobPath, jobQuery, jobSchema, retried, toJob } from './schemas.ts'

const tag = { name: 'Embedding jobs', description: 'Texts that wait for their vector, or could not be embedded.' }

/** `/v1/embedding-jobs` */
export const embeddingJobRoutes = (deps: Deps) => {
  const jobs = createEmbeddingJobService(deps)
  return userRoutes(deps)
    .get(
      '/',
      operation({
        operationId: 'listEmbeddingJobs',
        tag,
        summary: 'List texts that have no vector yet, or could not get one, the newest first',
        description: 'A text is here until it can be found by meaning. By keyword it is found all the while.',
        responses: { 200: { description: 'A page', schema: jobPage } },
        errors: ['invalid_cursor'],
      }),
      validate('query', jobQuery),
      async (c) => {
        const [page, error] = await jobs.list(c.var.caller, c.req.valid('query'))
        return error ? problem(c, error) : c.json({ ...page, data: page.data.map(toJob) }, 200)
      },
    )
    .post(
      '/retry',
      operation({
        operationId: 'retryEmbeddingJobs',
        tag,
        summary: 'Try all texts again that were given up',
        responses: { 200: { description: 'How many', schema: retried } },
      }),
      async (c) => {
        const [count, error] = await jobs.retryFailed(c.var.caller)
        return error ? problem(c, error) : c.json({ retried: count }, 200)
      },
    )
    .post(
      '/:jobId/retry',
      operation({
        operationId: 'retryEmbeddingJob',
        tag,
        summary: 'Try a text again now',
        description:
          'Whether it was given up or waits for its next attempt. One that is being embedded stays as it is.',
        responses: { 200: { description: 'The job, due now', schema: jobSchema } },
        errors: ['not_found'],
      }),
      validate('param', jobPath),
      async (c) => {
        const [job, error] = await jobs.retry(c.var.caller, c.req.valid('param').jobId)
        return error ? problem(c, error) : c.json(toJob(job), 200)
      },
    )
}
