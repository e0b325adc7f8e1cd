import { and, desc, eq, getTableColumns, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import * as z from 'zod'
import { now } from '../../../db/row-state.ts'
import type { Database } from '../../../db/database.ts'
import { allRows, oneRow } from '../../../db/rows.ts'
import { fail, ok, type Result } from '../../../result.ts'
import { type JobRow, type JobStatus, jobRow } from '../schemas.ts'
import { embeddingJobs } from '../table.ts'

/** The texts of one user that wait for a vector, or never got one. */
export interface UserEmbeddingJobs {
  /** The newest first; `after` is the id of the job that a page starts behind. */
  list(limit: number, after: string | null, status?: JobStatus): Promise<Result<JobRow[]>>
  /** Makes a job due now, with all its attempts before it; one that somebody is at is left to them. */
  retry(id: string): Promise<Result<JobRow>>
  /** The same with all that were given up. */
  retryFailed(): Promise<Result<number>>
}

const retriedRow = z.object({ retried: z.int() })

export function createUserEmbeddingJobs(db: Database, userId: string): UserEmbeddingJobs {
  const isOwn = eq(embeddingJobs.userId, userId)
  return {
    async list(limit, after, status) {
      const [results, error] = await db.read('embedding-jobs.list', (q) => [
        selectJobs(
          q,
          and(isOwn, after === null ? undefined : lt(embeddingJobs.id, after), status && CONDITIONS[status]),
        )
          .orderBy(desc(embeddingJobs.id))
          .limit(limit),
      ])
      return error ? fail(error) : allRows(results[0], jobRow)
    },

    async retry(id) {
      const [results, error] = await db.write('embedding-jobs.retry', (q) => [
        q
          .update(embeddingJobs)
          .set(FROM_THE_START)
          .where(and(isOwn, eq(embeddingJobs.id, id), sql`not ${isHeld}`)),
        selectJobs(q, and(isOwn, eq(embeddingJobs.id, id))),
      ])
      return error ? fail(error) : oneRow(results[1], jobRow)
    },

    async retryFailed() {
      const [results, error] = await db.write('embedding-jobs.retry-failed', (q) => {
        const again = q.$with('again').as(
          q
            .update(embeddingJobs)
            .set(FROM_THE_START)
            .where(and(isOwn, isNotNull(embeddingJobs.failedAt)))
            .returning({ id: embeddingJobs.id }),
        )
        return [
          q
            .with(again)
            .select({ retried: sql<number>`count(*)::int` })
            .from(again),
        ]
      })
      if (error) return fail(error)
      const [counted, unfit] = oneRow(results[0], retriedRow)
      return unfit ? fail(unfit) : ok(counted.retried)
    },
  }
}

const CONDITIONS: Record<JobStatus, SQL> = {
  pending: isNull(embeddingJobs.failedAt),
  failed: isNotNull(embeddingJobs.failedAt),
}

const isHeld = sql`(failed_at is null and claim_id is not null and run_at > now())`
const FROM_THE_START = { claimId: null, attempts: 0, runAt: now, failedAt: null }

const { userId: _userId, claimId: _claimId, ...columns } = getTableColumns(embeddingJobs)

const selectJobs = (q: NeonHttpDatabase, condition: SQL | undefined) =>
  q.select(columns).from(embeddingJobs).where(condition)
