import { type SQL, sql } from 'drizzle-orm'
import { saysSomething } from '../../../db/text.ts'

/**
 * What a conversation is called as long as nobody names it: how the first of these messages begins that its user wrote.
 *
 * @param messages of one conversation, as a from-clause with `role` and `content`, and perhaps a `where`
 * @returns a scalar; null where the user says nothing in them
 */
export const titleFrom = (messages: SQL, order: SQL): SQL => sql`(
  select app.shortened(content) from ${messages} and ${speaks} order by ${order} limit 1)`

interface Owned {
  userId: string
  conversationId: string
}

const live = ({ userId, conversationId }: Owned) => sql`messages m where m.user_id = ${userId}
  and m.conversation_id = ${conversationId} and m.deleted_at is null`
const speaks = sql`role = 'user' and ${saysSomething(sql`content`)}`

/** The derived title once this message is gone: a title must not go on saying what was deleted. */
export const titleWithout = (conversation: Owned, id: string): SQL => sql`
  case when (select m.id from ${live(conversation)} and ${speaks} order by m.seq limit 1) = ${id}::text
    then ${titleFrom(sql`${live(conversation)} and m.id <> ${id}::text`, sql`m.seq`)}
    else derived_title end`

/** The derived title with the message that the CTE `restored` has brought back. */
export const titleWithRestored = (conversation: Owned): SQL => {
  const isFirst = sql`not exists (select from ${live(conversation)} and ${speaks} and m.seq < r.seq)`
  return sql`coalesce(${titleFrom(sql`restored r where ${isFirst}`, sql`r.seq`)}, derived_title)`
}
