import { type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { StoredVector } from '../../../embeddings/stored-vector.ts'
import { dropJobs, dropOfChunks } from '../../embeddings/sql/drop.ts'
import { queueChunks, requeueChunks } from '../../embeddings/sql/queue.ts'
import { dropClientVectors, storeClientVectorOfChunk } from '../../embeddings/sql/store.ts'
import { writtenHere } from '../../idempotency/sql/write-once.ts'
import type { ChunkPlan } from '../chunk-plan.ts'
import { documents } from '../table.ts'
import { sketchType } from '../../embeddings/table.ts'

/** A document that this very transaction has inserted or changed; where it has not, nothing happens to its chunks. */
export interface Written {
  userId: string
  /** Which document, as a condition on its row. */
  which: SQL
}

/** Without its content: a row of 5 MiB would be carried through every join. */
const target = ({ userId, which }: Written) => sql`target as materialized (
  select id, title, language, deleted_at from documents
  where user_id = ${userId} and ${which} and ${writtenHere(documents)})`

/**
 * What is said above a chunk: the title, the headings and the header row of the table in which it starts. Many documents begin
 * with their title as a heading: it is said once.
 */
const contextOf = (headings: SQL, tableHead: SQL) => sql`array_to_string(
  case when ${headings}[1] = t.title then ${headings} else array_prepend(t.title, ${headings}) end || ${tableHead}, E'\\n')`
const hashOf = (context: SQL, content: SQL) => sql`md5(${context} || E'\\n\\n' || ${content})`

/**
 * After a change of the title: chunks that say another one above them now get it, and lose the vector that Parley has made of
 * the old one. Job, vector, chunk, as everywhere: whoever stores a vector takes the job first, then looks at the chunk.
 */
export function refreshChunkContext(q: NeonHttpDatabase, document: Written) {
  const { userId } = document
  const context = contextOf(sql`c.headings`, sql`c.table_head`)
  return [
    ...requeueChunks(
      q,
      userId,
      sql`
      with ${target(document)}
      select c.user_id, c.id, c.document_id from target t
      join document_chunks c on c.user_id = ${userId} and c.document_id = t.id
      where c.context <> ${context}`,
    ),
    q.execute(sql`
      with ${target(document)}
      update document_chunks c set context = ${context}, hash = ${hashOf(context, sql`c.content`)} from target t
      where c.user_id = ${userId} and c.document_id = t.id and c.context <> ${context}`),
  ] as const
}

/** After a change of the language: the chunks' words are read anew. */
export const reindexChunkLanguage = (q: NeonHttpDatabase, document: Written) =>
  q.execute(sql`
    with ${target(document)}
    update document_chunks c set language = t.language from target t
    where c.user_id = ${document.userId} and c.document_id = t.id and c.language <> t.language`)

/**
 * Cuts the document's content as planned and makes the chunks that it has the ones that it should have. Equal ones, the first
 * with the first and so on, stay with their id, their vector and their job, and get their new place; what is left over goes,
 * what is missing comes. `substring` of bytes is a copy; that of a text would count its characters from the beginning.
 */
const storeChunks = (q: NeonHttpDatabase, document: Written, { paths, chunks }: ChunkPlan) => {
  const { userId } = document
  const dropped = dropOfChunks(userId, sql`select id from vanished`)
  return q.execute(sql`
    with ${target(document)}, paths as materialized (
      select (p.n - 1)::int as path, h.headings, h.table_head,
        ${contextOf(sql`h.headings`, sql`h.table_head`)} as context
      from target t cross join jsonb_array_elements(${paths}::jsonb) with ordinality p (value, n)
      cross join lateral (
        select array(select jsonb_array_elements_text(p.value -> 0)) as headings, p.value ->> 1 as table_head) h
    ), cut as materialized (
      select (n - 1)::int as position, (value ->> 2)::int as start_offset, (value ->> 3)::int as end_offset,
        (value ->> 4)::int as path, convert_from(substring(
          (select convert_to(content, 'UTF8') from documents where user_id = ${userId} and id = (select id from target))
          from (value ->> 0)::int + 1 for (value ->> 1)::int), 'UTF8') as content
      from jsonb_array_elements(${chunks}::jsonb) with ordinality c (value, n)
      where exists (select from target)
    ), given as materialized (
      select *, row_number() over (partition by hash order by position) as occurrence from (
        select cut.*, p.headings, p.table_head, p.context, ${hashOf(sql`p.context`, sql`cut.content`)} as hash
        from cut join paths p on p.path = cut.path) hashed
    ), here as materialized (
      select c.*, row_number() over (partition by c.hash order by c.position, c.id) as occurrence from (
        select id, hash, position, start_offset, end_offset, headings, table_head, language from document_chunks
        where user_id = ${userId} and document_id = (select id from target)) c
    ), moved as (
      update document_chunks c
      set position = g.position, start_offset = g.start_offset, end_offset = g.end_offset, headings = g.headings,
        table_head = g.table_head, language = t.language
      from target t, here h join given g on g.hash = h.hash and g.occurrence = h.occurrence
      where c.user_id = ${userId} and c.id = h.id
        and (h.position, h.start_offset, h.end_offset, h.headings, h.table_head, h.language)
          is distinct from (g.position, g.start_offset, g.end_offset, g.headings, g.table_head, t.language)
    ), vanished as materialized (
      select id from here h where not exists (
        select from given g where g.hash = h.hash and g.occurrence = h.occurrence)
    ), ${dropped.ctes}, gone as (
      delete from document_chunks where user_id = ${userId} and id in (select id from vanished) and ${dropped.isDone}
    )
    insert into document_chunks (user_id, id, document_id, position, content, headings, table_head, context, hash,
      start_offset, end_offset, language)
    select ${userId}::uuid, app.uuid_v7(), t.id, g.position, g.content, g.headings, g.table_head, g.context, g.hash,
      g.start_offset, g.end_offset, t.language
    from target t cross join given g
    where not exists (select from here h where h.hash = g.hash and h.occurrence = g.occurrence)
    order by g.position`)
}

/** The document's chunks, once they are stored. */
const chunksOf = (document: Written, columns: SQL, condition: SQL = sql`true`) => sql`
  with ${target(document)}
  select ${columns} from target t join document_chunks c on c.user_id = ${document.userId} and c.document_id = t.id
  where ${condition}`

/** The client's own vector of the one chunk that there is. */
function storeOwnVector(q: NeonHttpDatabase, document: Written, { embedding, sketch }: StoredVector, model: string) {
  const columns = sql`c.user_id, c.id, c.document_id, ${model}::text as model, ${embedding}::vector as embedding,
    ${sketch}::${sketchType} as sketch`
  return [
    dropJobs(q, sql`user_id = ${document.userId} and chunk_id in (${chunksOf(document, sql`c.id`)})`),
    q.execute(storeClientVectorOfChunk(chunksOf(document, columns))),
  ] as const
}

/** Ends the client's own vector of a document that Parley embeds from now on. */
const dropOwnVector = (q: NeonHttpDatabase, document: Written) =>
  q.execute(dropClientVectors(document.userId, chunksOf(document, sql`c.id`)))

/** Queues the chunks that have neither vector nor job, unless the document is deleted. */
export const queueChunksOf = (q: NeonHttpDatabase, document: Written) =>
  q.execute(queueChunks(chunksOf(document, sql`c.user_id, c.id, c.document_id, c.position`, sql`t.deleted_at is null`)))

/** How a document's chunks come by their vectors: Parley makes them, or the client has brought the one. */
export interface Cut {
  plan: ChunkPlan
  own: { vector: StoredVector; model: string } | null
}

const embedChunks = (q: NeonHttpDatabase, document: Written, { own }: Cut) =>
  own ? storeOwnVector(q, document, own.vector, own.model) : [queueChunksOf(q, document)]

/** The chunks of a document that is new, and what embeds them. */
export const storeNewText = (q: NeonHttpDatabase, document: Written, cut: Cut) => [
  storeChunks(q, document, cut.plan),
  ...embedChunks(q, document, cut),
]

/** All that follows from a new content or title, in its order. */
export const storeText = (q: NeonHttpDatabase, document: Written, cut: Cut) => [
  ...refreshChunkContext(q, document),
  storeChunks(q, document, cut.plan),
  // A chunk that the client's vector stood for was the only one, and stays only where it is the only one.
  ...(!cut.own && cut.plan.count === 1 ? [dropOwnVector(q, document)] : []),
  ...embedChunks(q, document, cut),
]
