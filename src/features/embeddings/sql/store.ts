import { type SQL, sql } from 'drizzle-orm'

/**
 * Stores vectors that a client has brought. One of a message takes the place of the one that is there, and of another client's
 * only where `replacing` says so.
 *
 * @param vectors a select of `user_id`, `id`, `conversation_id`, `message_id`, `model`, `embedding`, `sketch`, `content`, `metadata`
 *   and `created_at`
 * @returns an insert that returns the stored rows
 */
export const storeClientVectors = (vectors: SQL, replacing: 'any' | 'made by Parley'): SQL => sql`
  insert into chat_vectors (user_id, id, conversation_id, message_id, model, client_provided, client_embedding, sketch, content,
    metadata, created_at)
  select user_id, id, conversation_id, message_id, model, true, embedding, sketch, content, metadata, created_at
  from (${vectors}) v
  on conflict (user_id, conversation_id, message_id) do update
    set id = excluded.id, model = excluded.model, client_provided = true, embedding = null,
      client_embedding = excluded.client_embedding, sketch = excluded.sketch, content = excluded.content,
      metadata = excluded.metadata, created_at = excluded.created_at
    ${replacing === 'any' ? sql`` : sql`where not chat_vectors.client_provided`}
  returning *`

/**
 * Stores the vector that a client has brought for a chunk.
 *
 * @param chunks a select of `user_id`, `id`, `document_id`, `model`, `embedding` and `sketch`
 */
export const storeClientVectorOfChunk = (chunks: SQL): SQL => sql`
  insert into chat_vectors (user_id, id, chunk_id, document_id, model, client_provided, client_embedding, sketch)
  select user_id, app.uuid_v7(), id, document_id, model, true, embedding, sketch from (${chunks}) c
  on conflict (user_id, chunk_id) do update
    set model = excluded.model, client_provided = true, embedding = null, client_embedding = excluded.client_embedding,
      sketch = excluded.sketch, created_at = now()`

/** Ends the vectors that a client has brought for these chunks. @param chunks a select of ids */
export const dropClientVectors = (userId: string, chunks: SQL): SQL => sql`
  delete from chat_vectors where user_id = ${userId} and client_provided and chunk_id in (${chunks})`

/**
 * Stores what Parley has made, of jobs that are done; what a client has brought meanwhile stays.
 *
 * @param jobs the name of a CTE: `user_id`, `conversation_id`, `message_id`, `chunk_id`, `document_id`, `vector_id`, `embedding`
 *   and `sketch` of each
 */
export const storeMadeVectors = (jobs: SQL, model: string): { ofMessages: SQL; ofChunks: SQL } => {
  const update = sql`do update set model = excluded.model, embedding = excluded.embedding, sketch = excluded.sketch
    where not chat_vectors.client_provided`
  return {
    ofMessages: sql`
      insert into chat_vectors (user_id, id, conversation_id, message_id, model, embedding, sketch)
      select user_id, vector_id, conversation_id, message_id, ${model}, embedding, sketch from ${jobs} where message_id is not null
      on conflict (user_id, conversation_id, message_id) ${update}`,
    ofChunks: sql`
      insert into chat_vectors (user_id, id, chunk_id, document_id, model, embedding, sketch)
      select user_id, vector_id, chunk_id, document_id, ${model}, embedding, sketch from ${jobs} where chunk_id is not null
      on conflict (user_id, chunk_id) ${update}`,
  }
}
