import type { Client } from 'pg'
import { LANGUAGES } from '../../src/features/documents/languages.ts'
import { seedTenant, withoutTriggers } from '../seed.ts'

export interface CostSeed {
  /** Of the user who asks; 20 messages each. */
  conversations: number
  /** In one conversation one after the other, and in another one all beside each other. */
  chain: number
  branches: number
  /** Hostile conversations, messages and documents, so many of each. */
  hostile: number
  /** Conversations with 16 KB of metadata. */
  large: number
  vectors: number
  documents: number
  /** Users beside. */
  others: number
}

/** Ids that inputs name. */
export const PLACES = { chain: 'chain', branches: 'branches', texts: 'texts', metadata: 'metadata' } as const

/** Metadata of nearly 32,768 characters, the most that a row can have: of another shape for each `n`. */
const METADATA = `case n % 6
  when 0 then jsonb_build_object('a', (select jsonb_agg(i) from generate_series(1000, 6400) i))
  when 1 then jsonb_build_object('a', (select jsonb_agg(jsonb_build_object('b', i)) from generate_series(1, 2500) i))
  when 2 then jsonb_build_object('a', (select jsonb_agg(jsonb_build_array(i)) from generate_series(1, 4000) i))
  when 3 then jsonb_build_object('a', (select jsonb_agg('v' || i) from generate_series(1, 3600) i))
  when 4 then jsonb_build_object('a', (select jsonb_agg(jsonb_build_object('b', (
    select jsonb_agg(jsonb_build_object('c', (select jsonb_agg(i) from generate_series(1, 100) i))) from generate_series(1, 4)
  ))) from generate_series(1, 4)))
  else jsonb_build_object('a', (select jsonb_object_agg('k' || i, (repeat('{"d":', 30) || i || repeat('}', 30))::jsonb)
    from generate_series(1, 130) i)) end`
/** Texts of 200,000 characters, the most that a message can have. */
const TEXT = `case n % 5
  when 0 then repeat('a ', 100000)
  when 1 then 'hotel ' || repeat('river bank ', 18000)
  when 2 then (select string_agg('word' || i, ' ') from generate_series(1, 20000) i)
  when 3 then repeat('x', 199990) || ' hotel'
  else repeat('a b c d e f g ', 14000) end`
const TAGS = `(select array_agg('tag' || i) from generate_series(1, 32) i)`

/** One user with ordinary rows and hostile ones, and small users beside. What is hostile is older, so that a plain list has none of it. */
export async function seedCost(superuser: Client, userId: string, seed: CostSeed): Promise<void> {
  await withoutTriggers(superuser, async () => {
    const { conversations, vectors } = seed
    await seedTenant(superuser, { userId, conversations, messages: 20, vectors })
    for (let i = 0; i < seed.others; i++) {
      await seedTenant(superuser, { userId: crypto.randomUUID(), conversations: 5, messages: 10, vectors: 5 })
    }
    await seedConversations(superuser, userId, seed)
    await seedDocuments(superuser, userId, seed)
    await seedRecords(superuser, userId)
  })
  await superuser.query('vacuum analyze')
}

async function seedConversations(
  superuser: Client,
  userId: string,
  { chain, branches, hostile, large }: CostSeed,
): Promise<void> {
  await superuser.query(
    `insert into conversations (user_id, id, title, metadata, tags, last_activity_at)
     select $1, 'hostile-' || n, repeat('Ⱥ', 500), ${METADATA}, ${TAGS}, now() - interval '1 year' from generate_series(1, $2::int) n`,
    [userId, hostile],
  )
  await superuser.query(
    `insert into conversations (user_id, id, metadata, last_activity_at)
     select $1, 'large-' || n, jsonb_build_object('large', numbers), now() - interval '1 year' - n * interval '1 minute'
     from (select jsonb_agg(i) as numbers from generate_series(1000, 3700) i) m, generate_series(1, $2::int) n`,
    [userId, large],
  )
  await superuser.query(
    `insert into conversations (user_id, id, last_activity_at, message_count, last_seq, last_branch, active_leaf_id)
     select $1, id, now() - interval '1 year', count, count, branch, 'm' || count
     from (values ('chain', $2::int, 1), ('branches', $3::int, $3::int), ('texts', $4::int, 1), ('metadata', $4::int, 1)) x (id, count, branch)`,
    [userId, chain, branches, hostile],
  )
  const insert = `insert into messages (user_id, conversation_id, id, seq, branch, depth, parent_id, role, content, metadata)
    select $1, $2, 'm' || n, n,`
  const follows = `1, n, case when n > 1 then 'm' || n - 1 end, 'user'`
  const { chain: chained, branches: beside, texts, metadata } = PLACES
  await superuser.query(`${insert} ${follows}, 'What one says', '{}' from generate_series(1, $3::int) n`, [
    userId,
    chained,
    chain,
  ])
  await superuser.query(
    `${insert} n, least(n, 2), case when n > 1 then 'm1' end, 'user', 'What one says', '{}' from generate_series(1, $3::int) n`,
    [userId, beside, branches],
  )
  await superuser.query(`${insert} ${follows}, ${TEXT}, '{}' from generate_series(1, $3::int) n`, [
    userId,
    texts,
    hostile,
  ])
  await superuser.query(`${insert} ${follows}, 'metadata a b', ${METADATA} from generate_series(1, $3::int) n`, [
    userId,
    metadata,
    hostile,
  ])
  // Parley's own vectors, as those of messages.
  await superuser.query(
    `update chat_vectors v set conversation_id = m.conversation_id, message_id = m.id, content = null
     from (select conversation_id, id, row_number() over (order by length(content) desc, conversation_id, id) n
       from messages where user_id = $1) m,
       (select id, row_number() over (order by id) n from chat_vectors where user_id = $1) w
     where v.user_id = $1 and v.id = w.id and w.n = m.n`,
    [userId],
  )
}

async function seedDocuments(superuser: Client, userId: string, { hostile, documents }: CostSeed): Promise<void> {
  await superuser.query(
    `insert into documents (user_id, id, title, content, content_hash, format, language, chunk_count, metadata, tags, created_at)
     select $1, gen_random_uuid(), 'Document ' || n, 'The whole text', '', 'text', ($3::text[])[1 + n % cardinality($3::text[])]::regconfig, 10,
       case when n > $2::int then '{"kind": "note"}' else ${METADATA} end, ${TAGS}, now() - n * interval '1 hour'
     from generate_series(1, $2::int + $4::int) n`,
    [userId, hostile, LANGUAGES, documents],
  )
  await superuser.query(
    `insert into document_chunks (user_id, id, document_id, position, content, hash, start_offset, end_offset, language)
     select $1, gen_random_uuid(), d.id, i, text, md5(text), 0, length(text), d.language
     from documents d, generate_series(0, 9) i,
       lateral (select case i when 0 then repeat('a ', 4000) when 1 then repeat('x', 7990) || ' hotel'
         else d.title || ' chunk ' || i || ' ' || repeat('a hotel by the river ', 60) end as text) t
     where d.user_id = $1`,
    [userId],
  )
}

async function seedRecords(superuser: Client, userId: string): Promise<void> {
  await superuser.query(
    `insert into sessions (user_id, id, sign_in_id, expires_at)
     select $1, gen_random_uuid(), 'seeded ' || n, now() + interval '1 day' from generate_series(1, 1000) n`,
    [userId],
  )
  await superuser.query(
    `insert into audit_events (user_id, id, actor, action, resource, resource_id)
     select $1, app.uuid_v7(), 'user', 'create', 'messages', 'm' || n from generate_series(1, 10000) n`,
    [userId],
  )
  await superuser.query(
    `insert into embedding_jobs (user_id, conversation_id, message_id, attempts, last_error, failed_at)
     select user_id, conversation_id, id, 8, repeat('e', 500), now() from messages where user_id = $1 and conversation_id in ('branches', 'metadata')`,
    [userId],
  )
}
