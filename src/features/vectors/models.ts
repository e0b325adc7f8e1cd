import { type SQL, sql } from 'drizzle-orm'

const LIMIT = 10_000

/**
 * Whether Parley made this user's vectors by more than one model, as between a change of the model and its backfill. Whose
 * they are stands in the table alone: it is looked at only where the index has more than one model.
 */
export const isMixed = (userId: string): SQL<boolean> => {
  const models = sql`select coalesce(min(model) <> max(model), false) from chat_vectors where user_id = ${userId}`
  return sql`case when (${models}) then (${models} and not own) else false end`
}

/** How many texts have a vector of another model. Two ranges, so that a user with one model reads none of them. */
export const countOfOtherModels = (userId: string, model: string): SQL<number> => {
  const those = (condition: SQL) => sql`(
    select from chat_vectors where user_id = ${userId} and ${condition}
      and (message_id is not null or chunk_id is not null) limit ${LIMIT})`
  return sql`(
    select count(*)::int from (${those(sql`model < ${model}`)} union all ${those(sql`model > ${model}`)}) others)`
}
