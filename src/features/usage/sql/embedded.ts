import { type SQL, sql } from 'drizzle-orm'

/** About what tokenizers make of English. */
export const BYTES_PER_TOKEN = 4

/** Whether Parley may embed another text of this user today. @param limit tokens a day; null for any */
export const mayEmbed = (userId: SQL, limit: number | null): SQL =>
  limit === null ? sql`true` : sql`app.embedded_today(${userId}) < ${limit}::bigint`

/** Counts what was embedded. @param texts a table with `user_id` and `tokens` of each text */
export const countEmbedded = (texts: SQL): SQL =>
  sql`select app.count_embedded(user_id, sum(tokens)::bigint) from ${texts} group by user_id`

/** Counts a question that was embedded. @returns `embedded`: all of the user's tokens of today, with it */
export const countQuestion = (userId: string, tokens: number): SQL => sql`
  select app.embedded_today(${userId}) + ${tokens}::bigint as embedded from app.count_embedded(${userId}, ${tokens}::bigint)`
