import type { Client } from 'pg'

/** What a tenant of the benchmark owns. */
export interface Tenant {
  userId: string
  conversations: number
  /** In each of them. */
  messages: number
  vectors: number
}

/**
 * Fills the tables for one user. The texts are as long as chat messages are; the vectors are random and all
 * different.
 *
 * @param superuser row-level security would hide the tables from their owner
 */
export async function seedTenant(superuser: Client, tenant: Tenant): Promise<void> {
  const { userId, conversations, messages, vectors } = tenant
  await superuser.query(`insert into users (id, email) values ($1::uuid, $1::text || '@example.com')`, [userId])
  await superuser.query(
    `insert into conversations (user_id, id, title, metadata, tags, message_count, last_seq, last_activity_at)
     select $1, gen_random_uuid(), 'Conversation number ' || n, '{"model": "example", "temperature": 0.7}',
       array['work', 'ideas'], $3::int, $3::int, now() - n * interval '7 minutes'
     from generate_series(1, $2::int) n`,
    [userId, conversations, messages],
  )
  await superuser.query(
    `insert into messages (user_id, id, conversation_id, seq, depth, role, content)
     select c.user_id, gen_random_uuid(), c.id, seq, seq, (array['assistant', 'user'])[1 + seq % 2],
       c.title || ', message ' || seq || ': ' || repeat('what one says in a chat, more or less. ', 1 + seq % 12)
     from conversations c, generate_series(1, $2::int) seq where c.user_id = $1`,
    [userId, messages],
  )
  await superuser.query(
    `update conversations c set last_branch = 1, active_leaf_id =
       (select id from messages m where m.user_id = c.user_id and m.conversation_id = c.id order by seq desc limit 1)
     where user_id = $1`,
    [userId],
  )
  await superuser.query(
    `insert into chat_vectors (user_id, id, model, embedding, content)
     select $1, gen_random_uuid(), 'random', (
       select array_agg(random() - 0.5) from generate_series(1, 1536) dimension where dimension + n > 0
     )::vector, 'Note number ' || n
     from generate_series(1, $2::int) n`,
    [userId, vectors],
  )
}
