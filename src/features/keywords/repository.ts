import { type SQL, sql } from 'drizzle-orm'
import { unread, unreadTitle } from '../../db/columns.ts'
import type { Database } from '../../db/database.ts'
import { fail, ok, type Result } from '../../result.ts'

/** What one transaction reads, in bytes: some 30 ms. */
const SLICE_BYTES = 131_072
const SLICE_ROWS = 500

/** Whose texts: of one user, or of those whose ids begin at one. */
export type Whose = { userId: string } | { from: string }

/** The texts whose words wait to be indexed, for `parley_system`. */
export interface KeywordRepository {
  /**
   * Indexes the words of some texts that wait. Of one user, by one caller at a time.
   *
   * @returns how many texts; 0 where none waits, or where others are at it
   */
  index(whose: Whose): Promise<Result<number>>
}

export function createKeywordRepository(db: Database): KeywordRepository {
  return {
    async index(whose) {
      const [results, error] = await db.write('keywords.index', (q) => [
        q.execute(ofMessages(whose)),
        q.execute(ofChunks(whose)),
        q.execute(ofTitles(whose)),
      ])
      return error ? fail(error) : ok(results.reduce((sum, { rows }) => sum + rows.length, 0))
    },
  }
}

const waits = (whose: Whose) =>
  'userId' in whose
    ? sql`user_id = ${whose.userId} and (select pg_try_advisory_xact_lock(hashtextextended(${`words:${whose.userId}`}, 0)))`
    : sql`user_id >= ${whose.from} order by user_id`

/** The first texts that wait, as many as fit a slice; at least one. */
const slice = (columns: SQL, text: SQL, table: SQL, whose: Whose, isUnread = unread) => sql`
  with waiting as materialized (
    select ${columns}, ${text} as text from ${table} where (${isUnread}) and ${waits(whose)}
    limit ${SLICE_ROWS}::int for no key update skip locked
  ), slice as (
    select * from (select *, sum(octet_length(text)) over (rows unbounded preceding) - octet_length(text) as before from waiting) w
    where before < ${SLICE_BYTES}::int
  )`

const ofMessages = (whose: Whose) => sql`
  ${slice(sql`user_id, conversation_id, id`, sql`content`, sql`messages`, whose)}
  update messages m set search = app.words_of('simple', s.text), words_version = 1 from slice s
  where m.user_id = s.user_id and m.conversation_id = s.conversation_id and m.id = s.id returning 1`

const ofChunks = (whose: Whose) => sql`
  ${slice(sql`user_id, id, language, context`, sql`content`, sql`document_chunks`, whose)}
  update document_chunks c set search = app.words_of_chunk(s.language, s.context, s.text), words_version = 1 from slice s
  where c.user_id = s.user_id and c.id = s.id returning 1`

const ofTitles = (whose: Whose) => sql`
  ${slice(sql`user_id, id`, sql`title`, sql`conversations`, whose, unreadTitle)}
  update conversations c set title_words = app.words_of('simple', s.text), words_version = 1 from slice s
  where c.user_id = s.user_id and c.id = s.id returning 1`
