import { type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'

/** Ends the wait of texts for their vectors. @param which a condition on `embedding_jobs` */
export const dropJobs = (q: NeonHttpDatabase, which: SQL) => q.execute(sql`delete from embedding_jobs where ${which}`)

/**
 * Removes the embeddings of texts for good: jobs, then vectors, as everywhere. Who stores a vector takes its job first, then looks
 * at the text.
 *
 * @param which a condition on columns that both tables have: `user_id` and the ids of texts
 */
export const dropEmbeddings = (q: NeonHttpDatabase, which: SQL) =>
  [dropJobs(q, which), q.execute(sql`delete from chat_vectors where ${which}`)] as const

/**
 * The same inside of a statement that removes chunks: two CTEs.
 *
 * @param chunks a select of ids
 * @returns the CTEs, and a condition for what comes after them
 */
export const dropOfChunks = (userId: string, chunks: SQL) => ({
  ctes: sql`without_jobs as (
      delete from embedding_jobs where user_id = ${userId} and chunk_id in (${chunks}) returning 1
    ), without_vectors as (
      delete from chat_vectors
      where user_id = ${userId} and chunk_id in (${chunks}) and (select count(*) from without_jobs) >= 0
      returning 1)`,
  isDone: sql`(select count(*) from without_vectors) >= 0`,
})
