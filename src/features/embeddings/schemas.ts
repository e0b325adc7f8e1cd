import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { pathId, storedClientId, storedId, storedTime } from '../../http/fields.ts'
import { pageOf, pageQuery } from '../../http/page.ts'
import { embeddingJobs } from './table.ts'

const JOB_STATUSES = ['pending', 'failed'] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

/** A row as it leaves the repository. */
export const jobRow = createSelectSchema(embeddingJobs, {
  id: storedId,
  conversationId: storedClientId.nullable(),
  messageId: storedClientId.nullable(),
  chunkId: storedId.nullable(),
  documentId: storedId.nullable(),
  attempts: z.int(),
  runAt: storedTime,
  failedAt: storedTime.nullable(),
  createdAt: storedTime,
}).omit({ userId: true, claimId: true })
export type JobRow = z.output<typeof jobRow>

/** A job on the wire. */
export const jobSchema = jobRow
  .extend({
    status: z.enum(JOB_STATUSES).meta({ description: '`failed` is given up until somebody asks to try again' }),
    source: z.enum(['message', 'document']),
    attempts: z
      .int()
      .meta({ description: 'Times that this text was tried; failures of the provider itself do not count' }),
    lastError: z.string().nullable().meta({ description: 'What the last attempt failed with' }),
    runAt: storedTime.meta({ description: 'It is not tried again before then. ISO-8601, UTC' }),
  })
  .meta({ id: 'EmbeddingJob' })
export const jobPage = pageOf(jobSchema).meta({ id: 'EmbeddingJobPage' })

export const jobPath = z.object({ jobId: pathId('the job') })
export const jobQuery = pageQuery.extend({
  status: z.enum(JOB_STATUSES).optional().meta({ description: 'Only jobs of this status' }),
})
export const retried = z
  .object({ retried: z.int().meta({ description: 'Jobs that were given up and are tried again' }) })
  .meta({ id: 'EmbeddingRetry' })

export const toJob = (row: JobRow): z.output<typeof jobSchema> => ({
  ...row,
  status: row.failedAt === null ? 'pending' : 'failed',
  source: row.messageId === null ? 'document' : 'message',
})
