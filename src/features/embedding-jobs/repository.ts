import { and, eq, inArray, lt, lte, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../../db/database.ts'
import { allRows } from '../../db/rows.ts'
import type { EmbeddedJob, EmbeddingJob, EmbeddingJobStore } from '../../embeddings/queue.ts'
import { toVectorLiteral } from '../../embeddings/vector.ts'
import { newId } from '../../id.ts'
import { fail, ok } from '../../result.ts'
import { messages } from '../messages/table.ts'
import { embeddingJobs } from './table.ts'

/** How long a claim holds before another Worker may take the job: longer than a provider's slowest answer. */
const LEASE_SECONDS = 120
/** After so many the job rests, with its last error, until somebody looks. */
const MAX_ATTEMPTS = 12

const claimedJob = z.object({ userId: z.string(), messageId: z.string(), content: z.string(), attempts: z.int() })

/** The jobs of all users, for `parley_system`. */
export function createEmbeddingJobStore(db: Database): EmbeddingJobStore {
  return {
    async claim(claimId, limit, only) {
      const [results, error] = await db.write('embedding-jobs.claim', (q) => {
        const due = q.$with('due').as(
          q
            .select({ userId: embeddingJobs.userId, messageId: embeddingJobs.messageId })
            .from(embeddingJobs)
            .where(
              and(
                lte(embeddingJobs.runAt, sql`now()`),
                lt(embeddingJobs.attempts, MAX_ATTEMPTS),
                only && eq(embeddingJobs.userId, only.userId),
                only && inArray(embeddingJobs.messageId, [...only.messageIds]),
              ),
            )
            .orderBy(embeddingJobs.runAt)
            .limit(limit)
            .for('update', { skipLocked: true }),
        )
        const claimed = q.$with('claimed').as(
          q
            .update(embeddingJobs)
            .set({
              claimId,
              attempts: sql`${embeddingJobs.attempts} + 1`,
              runAt: sql`now() + make_interval(secs => ${LEASE_SECONDS})`,
            })
            .from(due)
            .where(and(eq(embeddingJobs.userId, due.userId), eq(embeddingJobs.messageId, due.messageId)))
            .returning({
              userId: embeddingJobs.userId,
              messageId: embeddingJobs.messageId,
              attempts: embeddingJobs.attempts,
            }),
        )
        return [
          q
            .with(due, claimed)
            .select({
              userId: claimed.userId,
              messageId: claimed.messageId,
              attempts: claimed.attempts,
              content: messages.content,
            })
            .from(claimed)
            .innerJoin(messages, and(eq(messages.userId, claimed.userId), eq(messages.id, claimed.messageId))),
        ]
      })
      return error ? fail(error) : allRows(results[0], claimedJob)
    },

    async complete(claimId, model, done) {
      const rows = done.map((job) => ({ ...jobKey(job), id: newId(), embedding: toVectorLiteral(job.vector) }))
      const [, error] = await db.write('embedding-jobs.complete', (q) => [
        q.execute(sql`
          with done as (
            delete from embedding_jobs j
            using jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
              as v(user_id uuid, message_id uuid, id uuid, embedding text)
            where j.user_id = v.user_id and j.message_id = v.message_id and j.claim_id = ${claimId}
            returning v.*)
          insert into chat_vectors (user_id, id, message_id, model, embedding)
          select user_id, id, message_id, ${model}, embedding::vector from done
          on conflict (user_id, message_id) do update set model = excluded.model, embedding = excluded.embedding`),
      ])
      return error ? fail(error) : ok(undefined)
    },

    async postpone(claimId, jobs, reason, delaysMs) {
      const rows = jobs.map((job, i) => ({ ...jobKey(job), seconds: (delaysMs[i] ?? 0) / 1000 }))
      const [, error] = await db.write('embedding-jobs.postpone', (q) => [
        q.execute(sql`
          update embedding_jobs j
          set claim_id = null, last_error = ${reason}, run_at = now() + make_interval(secs => v.seconds)
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v(user_id uuid, message_id uuid, seconds float8)
          where j.user_id = v.user_id and j.message_id = v.message_id and j.claim_id = ${claimId}`),
      ])
      return error ? fail(error) : ok(undefined)
    },
  }
}

const jobKey = (job: EmbeddingJob | EmbeddedJob) => ({ user_id: job.userId, message_id: job.messageId })
