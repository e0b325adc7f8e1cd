import type { Client } from 'pg'
import { toVectorLiteral } from '../../src/embeddings/vector.ts'
import { conditions, Statement } from './floor.ts'
import type { Answer } from './ours.ts'
import type { Question } from './questions.ts'

/**
 * The table of the design that Parley comes from: vectors with their texts, a default HNSW index over everybody's, an index
 * of owners, and no other. `doomed` are those that a later measurement takes for deleted ones.
 *
 * @returns seconds that the HNSW index took
 */
export async function buildOrigin(superuser: Client): Promise<number> {
  await superuser.query(
    `create table origin_vectors (id text primary key, user_id uuid not null, conversation_id text, document_id uuid,
       content text not null, metadata jsonb not null, doomed boolean not null default false, created_at timestamptz not null,
       embedding vector(1536) not null)`,
  )
  await superuser.query(
    `insert into origin_vectors
     select coalesce(m.id, k.id::text), v.user_id, m.conversation_id, k.document_id, coalesce(m.content, k.content),
       coalesce(m.metadata, d.metadata), app.is_doomed(coalesce(m.conversation_id, k.document_id::text)), v.created_at, v.embedding::vector
     from chat_vectors v
     left join messages m on m.user_id = v.user_id and m.conversation_id = v.conversation_id and m.id = v.message_id
     left join document_chunks k on k.user_id = v.user_id and k.id = v.chunk_id
     left join documents d on d.user_id = v.user_id and d.id = k.document_id`,
  )
  await superuser.query('create index on origin_vectors (user_id)')
  await superuser.query(`set maintenance_work_mem = '3GB'`)
  const started = performance.now()
  await superuser.query('create index origin_hnsw on origin_vectors using hnsw (embedding vector_l2_ops)')
  const seconds = (performance.now() - started) / 1000
  await superuser.query('vacuum analyze origin_vectors')
  return seconds
}

/** Three in ten conversations and documents, always the same ones, are deleted halfway through the measurement. */
export const DOOMED = `
  create function app.is_doomed(place text) returns boolean language sql immutable
    as $$ select ('x' || right(place, 4))::bit(16)::int % 10 < 3 $$`

/** `ORDER BY embedding <-> $1 LIMIT 10` with a filter on the user. Words by ILIKE, the newest first. */
export async function askOrigin(client: Client, question: Question, afterDeleting: boolean): Promise<Answer> {
  const statement = new Statement()
  const { owner, kind, words, vector, limit } = question
  const { ofMessage, ofDocument } = conditions(statement, question)
  const filter = [
    `user_id = ${statement.add(owner.userId)}`,
    question.filter === 'place'
      ? `(${ofMessage.replace('m.', '')} or ${ofDocument.replace('d.id', 'document_id')})`
      : ofMessage.replace('m.', ''),
    ...(afterDeleting ? ['not doomed'] : []),
  ].join(' and ')
  const shown = 'id, content, metadata, created_at'
  const text =
    kind === 'semantic'
      ? `select ${shown}, embedding <-> ${statement.add(toVectorLiteral(vector))}::vector as distance from origin_vectors
         where ${filter} order by distance limit ${limit}`
      : `select ${shown} from origin_vectors
         where ${filter} and ${words.map((word) => `content ilike ${statement.add(`%${word}%`)}`).join(' and ')}
         order by created_at desc limit ${limit}`
  const started = performance.now()
  const { rows } = await client.query<[string]>({ text, values: statement.values, rowMode: 'array' })
  return { ids: rows.map(([id]) => id), milliseconds: performance.now() - started }
}
