import { type SQL, sql } from 'drizzle-orm'

/** What `titleOf` makes of a text, in SQL: nearly so, as it counts characters and knows fewer kinds of space. */
export function shortened(content: SQL): SQL {
  const line = sql`btrim(regexp_replace(left(${content}, 640), '\\s+', ' ', 'g'))`
  return sql`case when length(${line}) <= 80 then ${line}
    else rtrim(regexp_replace(left(${line}, 79), '^(.{41,}) [^ ]*$', '\\1')) || '…' end`
}

interface Owned {
  userId: string
  conversationId: string
}

const texts = ({ userId, conversationId }: Owned) => sql`messages m where m.user_id = ${userId}
  and m.conversation_id = ${conversationId} and m.role = 'user' and m.deleted_at is null and m.content ~ '\\S'`

/** The derived title once this message is gone: a title must not go on saying what was deleted. */
export const titleWithout = (conversation: Owned, id: string): SQL => sql`
  case when (select m.id from ${texts(conversation)} order by m.seq limit 1) = ${id}::text
    then (select ${shortened(sql`m.content`)} from ${texts(conversation)} and m.id <> ${id}::text order by m.seq limit 1)
    else derived_title end`

/** The derived title with the message that the CTE `restored` has brought back. */
export const titleWithRestored = (conversation: Owned): SQL => sql`
  coalesce((
    select ${shortened(sql`r.content`)} from restored r
    where r.role = 'user' and r.content ~ '\\S' and not exists (
      select from ${texts(conversation)} and m.seq < r.seq)), derived_title)`
