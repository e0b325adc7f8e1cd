import * as z from 'zod'
import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { operation } from '../../http/openapi.ts'
import { cutPage } from '../../http/page.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { embedInBackground } from './service.ts'
import { createOwnJobs } from './sql/jobs.ts'
import { jobPage, jobPath, jobQuery, jobSchema, retried, toJob } from './schemas.ts'

const tag = 'Embedding jobs'
const cursorKey = z.tuple([z.guid()])

/** `/v1/embedding-jobs` */
export const embeddingJobRoutes = (deps: Deps) =>
  userRoutes(deps)
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
        const { identity, db } = c.var
        const { limit, cursor, status } = c.req.valid('query')
        const scope = { list: `embedding-jobs:${status ?? ''}`, userId: identity.userId }
        const [key, refused] = await decodeCursor(scope, cursor, cursorKey)
        if (refused) return problem(c, refused)

        const jobs = createOwnJobs(db, identity.userId)
        const [rows, error] = await jobs.list(limit + 1, key?.[0] ?? null, status)
        if (error) return problem(c, error)
        const { data, last } = cutPage(rows, limit)
        const nextCursor = last && (await encodeCursor(scope, [last.id]))
        return c.json({ data: data.map(toJob), nextCursor }, 200)
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
        const [count, error] = await createOwnJobs(c.var.db, c.var.identity.userId).retryFailed()
        if (error) return problem(c, error)
        if (count > 0) embedInBackground(c, deps, {})
        return c.json({ retried: count }, 200)
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
        const { jobId } = c.req.valid('param')
        const [job, error] = await createOwnJobs(c.var.db, c.var.identity.userId).retry(jobId)
        if (error) return problem(c, error)
        embedInBackground(c, deps, { jobIds: [jobId] })
        return c.json(toJob(job), 200)
      },
    )
