import { type SQL, sql } from 'drizzle-orm'

/**
 * The vectors of messages, looked up one by one: in the middle of a statement the planner cannot know how few there are.
 *
 * @param copies the name of a CTE: messages, with the `copy_id` that each is to have
 * @param condition on it, as `c`
 */
export const vectorsOfCopies = (copies: SQL, condition: SQL): SQL => sql`
  select c.copy_id, v.* from ${copies} c cross join lateral (
    select model, client_provided, embedding, client_embedding, sketch, content, metadata from chat_vectors
    where user_id = c.user_id and conversation_id = c.conversation_id and message_id = c.id offset 0) v
  where ${condition}`

/**
 * Gives copied messages the vectors of the originals.
 *
 * @param vectors the name of a CTE: {@link vectorsOfCopies}
 * @param target the name of a CTE: the `user_id` and `id` of the conversation that has the copies
 */
export const copyVectors = (vectors: SQL, target: SQL): SQL => sql`
  insert into chat_vectors (user_id, id, conversation_id, message_id, model, client_provided, embedding, client_embedding,
    sketch, content, metadata)
  select t.user_id, app.uuid_v7(), t.id, v.copy_id, v.model, v.client_provided, v.embedding, v.client_embedding, v.sketch,
    v.content, v.metadata
  from ${target} t cross join ${vectors} v`
