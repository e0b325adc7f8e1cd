import { type SQL, sql } from 'drizzle-orm'

/** Whether Parley may embed another text of this user today. @param limit tokens a day; null for any */
export const mayEmbed = (userId: SQL, limit: number | null): SQL =>
  limit === null ? sql`true` : sql`app.embedded_today(${userId}) < ${limit}::bigint`

/** Counts what was embedded. @param texts a table with `user_id` and `tokens` of each text */
export const countEmbedded = (texts: SQL): SQL =>
  sql`select app.count_embedded(user_id, sum(tokens)::bigint) from ${texts} group by user_id`
