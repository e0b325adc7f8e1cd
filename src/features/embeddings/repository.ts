import { sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../../db/database.ts'
import { allRows } from '../../db/rows.ts'
import type { EmbeddingJobStore } from './runner.ts'
import { toStoredVector } from '../../embeddings/stored-vector.ts'
import { LEASE_SECONDS } from '../../jobs/attempts.ts'
import { newId } from '../../id.ts'
import { fail, ok } from '../../result.ts'
import { claimedTexts, claimSettings, claimStatement } from './sql/claim.ts'
import { storeMadeVectors } from './sql/store.ts'
import { countEmbedded } from '../usage/sql/embedded.ts'
import { sketchType } from './table.ts'

const claimedJob = z.object({
  userId: z.string(),
  id: z.string(),
  claimId: z.string(),
  attempts: z.int(),
  text: z.string(),
  tokens: z.int(),
})

/**
 * The jobs of all users, for `parley_system`. It never waits for a job that somebody else has locked: that one is being
 * deleted, or its text is changing, and either way not to be settled any more. So it cannot be part of a deadlock over jobs.
 */
export function createEmbeddingJobStore(
  db: Database,
  { leaseSeconds = LEASE_SECONDS, dailyTokens = null }: { leaseSeconds?: number; dailyTokens?: number | null } = {},
): EmbeddingJobStore {
  return {
    async claim(claimId, limit, only) {
      const [results, error] = await db.write('embedding-jobs.claim', (q) => [
        q.execute(claimSettings),
        q.execute(claimStatement(claimId, { limit, leaseSeconds, dailyTokens }, only)),
        q.execute(claimedTexts),
      ])
      return error ? fail(error) : allRows(results[2].rows, claimedJob)
    },

    async complete(model, done) {
      const rows = done.map((job) => ({
        ...keyOf(job),
        tokens: job.tokens,
        vector_id: newId(),
        ...toStoredVector(job.vector),
      }))
      const columns = sql`tokens int, vector_id uuid, embedding halfvec, sketch ${sketchType}`
      const { ofMessages, ofChunks } = storeMadeVectors(sql`done`, model)
      const [, error] = await db.write('embedding-jobs.complete', (q) => [
        q.execute(sql`
          with ${heldJobs(rows, columns)}, done as (
            delete from embedding_jobs j using held h where j.user_id = h.user_id and j.id = h.id
            returning h.user_id, h.tokens, h.conversation_id, h.message_id, h.chunk_id, h.document_id, h.vector_id, h.embedding, h.sketch
          ), of_messages as (${ofMessages}), of_chunks as (${ofChunks})
          ${countEmbedded(sql`done`)}`),
      ])
      return error ? fail(error) : ok(undefined)
    },

    async putOff(jobs) {
      const rows = jobs.map(({ reason, delayMs, counts, givenUp, ...job }) => ({
        ...keyOf(job),
        reason,
        seconds: delayMs / 1000,
        uncounted: counts ? 0 : 1,
        given_up: givenUp,
      }))
      const columns = sql`reason text, seconds float8, uncounted int, given_up boolean`
      const [, error] = await db.write('embedding-jobs.put-off', (q) => [
        q.execute(sql`
          with ${heldJobs(rows, columns)}
          update embedding_jobs j
          set claim_id = null, attempts = j.attempts - h.uncounted, last_error = h.reason,
            run_at = now() + make_interval(secs => h.seconds), failed_at = case when h.given_up then now() end
          from held h where j.user_id = h.user_id and j.id = h.id`),
      ])
      return error ? fail(error) : ok(undefined)
    },
  }
}

interface ClaimedKey {
  userId: string
  id: string
  claimId: string
}

const keyOf = ({ userId, id, claimId }: ClaimedKey) => ({ user_id: userId, id, claim_id: claimId })

/** Those of the jobs that are still held by their claim, locked, with what was given for each. */
const heldJobs = (rows: readonly object[], columns: ReturnType<typeof sql>) => sql`given as materialized (
    select * from json_to_recordset(${JSON.stringify(rows)}::json) as g (user_id uuid, id uuid, claim_id uuid, ${columns})
  ), held as materialized (
    select g.*, j.conversation_id, j.message_id, j.chunk_id, j.document_id from given g
    join embedding_jobs j on j.user_id = g.user_id and j.id = g.id and j.claim_id = g.claim_id
    for update of j skip locked)`
