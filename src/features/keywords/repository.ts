import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'
import { fail, ok, type Result } from '../../result.ts'

/** What one transaction reads, in bytes: some 30 ms. */
const SLICE_BYTES = 131_072
const SLICE_ROWS = 500

/** The texts whose words wait to be indexed, for `parley_system`. */
export interface KeywordRepository {
  /**
   * Indexes the words of some texts that wait, of all users or of one; of each user one transaction at a time.
   *
   * @returns how many texts; 0 where none waits, or where others are at it
   */
  index(userId?: string): Promise<Result<number>>
}

export function createKeywordRepository(db: Database): KeywordRepository {
  return {
    async index(userId) {
      const [results, error] = await db.write('keywords.index', (q) => [
        q.execute(ofMessages(userId)),
        q.execute(ofChunks(userId)),
      ])
      return error ? fail(error) : ok(results[0].rows.length + results[1].rows.length)
    },
  }
}

/** The first texts that wait, as many as fit a slice; at least one. */
const slice = (columns: SQL, text: SQL, from: SQL) => sql`
  with waiting as materialized (
    select ${columns}, ${text} as text from ${from} limit ${SLICE_ROWS}::int for no key update skip locked
  ), slice as (
    select * from (select *, sum(octet_length(text)) over (rows unbounded preceding) - octet_length(text) as before from waiting) w
    where before < ${SLICE_BYTES}::int
  )`

const of = (userId: string | undefined) => (userId === undefined ? sql`` : sql`and user_id = ${userId}`)

const ofMessages = (userId: string | undefined) => sql`
  ${slice(sql`user_id, conversation_id, id`, sql`content`, sql`messages where search is null ${of(userId)}`)}
  update messages m set search = app.words_of('simple', s.text) from slice s
  where m.user_id = s.user_id and m.conversation_id = s.conversation_id and m.id = s.id returning 1`

const ofChunks = (userId: string | undefined) => sql`
  ${slice(sql`user_id, id, language`, sql`context || ' ' || content`, sql`document_chunks where search is null ${of(userId)}`)}
  update document_chunks c set search = app.words_of(s.language, s.text) from slice s
  where c.user_id = s.user_id and c.id = s.id returning 1`
