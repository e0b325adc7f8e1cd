import type { Client } from 'pg'
import { LEXICAL_MODEL } from '../src/embeddings/lexical.ts'
import { EMBEDDING_DIMENSIONS, toUnitLength } from '../src/embeddings/vector.ts'
import { vectorInsert } from './seed-vectors.ts'

/** What a tenant of the benchmark owns. */
export interface Tenant {
  userId: string
  conversations: number
  /** In each of them. */
  messages: number
  vectors: number
}

const VECTOR_BATCH = 250
/** About 300 characters, as long as chat messages are. */
const CHAT = `c.title || ', message ' || seq || ': ' || repeat('what one says in a chat, more or less. ', 1 + seq % 12)`

/**
 * Fills the tables for one user. The vectors are random and all different, as if the Worker's own model had made them: a
 * search refuses a user with vectors of several models.
 *
 * @param superuser row-level security would hide the tables from their owner
 */
export async function seedTenant(superuser: Client, tenant: Tenant): Promise<void> {
  const { userId, conversations, messages, vectors } = tenant
  await superuser.query(`insert into users (id, email) values ($1::uuid, $1::text || '@example.com')`, [userId])
  await superuser.query(
    `insert into conversations (user_id, id, title, metadata, tags, last_seq, last_activity_at)
     select $1, gen_random_uuid(), 'Conversation number ' || n, '{"model": "example", "temperature": 0.7}',
       array['work', 'ideas'], $3::int, now() - n * interval '7 minutes'
     from generate_series(1, $2::int) n`,
    [userId, conversations, messages],
  )
  await fillConversations(superuser, CHAT)
  for (let start = 0; start < vectors; start += VECTOR_BATCH) {
    const rows = Array.from({ length: Math.min(VECTOR_BATCH, vectors - start) }, (_, i) => ({
      userId,
      id: crypto.randomUUID(),
      vector: toUnitLength(Float32Array.from({ length: EMBEDDING_DIMENSIONS }, () => Math.random() - 0.5)),
      content: `Note number ${start + i + 1}`,
    }))
    await superuser.query(vectorInsert(rows, LEXICAL_MODEL))
  }
}

/**
 * Gives every conversation that has no messages yet as many as its `last_seq` says, each of them the reply to the one before.
 *
 * @param content SQL for the text of the message number `seq` of the conversation `c`
 * @param order SQL for the order in which the rows are stored
 */
export async function fillConversations(
  superuser: Client,
  content: string,
  order = 'conversation_id, seq',
): Promise<void> {
  // Materialized, so that a message and its reply see the same random id.
  await superuser.query(
    `with chat as materialized (
       select c.user_id, gen_random_uuid() as id, c.id as conversation_id, seq, ${content} as content
       from conversations c, generate_series(1, c.last_seq) seq where c.active_leaf_id is null)
     insert into messages (user_id, id, conversation_id, seq, depth, parent_id, role, content)
     select user_id, id, conversation_id, seq, seq, lag(id) over (partition by user_id, conversation_id order by seq),
       (array['assistant', 'user'])[1 + seq % 2], content
     from chat order by ${order}`,
  )
  await superuser.query(
    `update conversations c set message_count = last_seq, last_branch = 1, active_leaf_id = m.id from messages m
     where c.active_leaf_id is null and m.user_id = c.user_id and m.conversation_id = c.id and m.seq = c.last_seq`,
  )
}

/** Runs `work` without triggers and foreign keys: no audit trail of what is seeded, and less time. */
export async function withoutTriggers<T>(superuser: Client, work: () => Promise<T>): Promise<T> {
  await superuser.query('set session_replication_role = replica')
  try {
    return await work()
  } finally {
    await superuser.query('set session_replication_role = origin')
  }
}
