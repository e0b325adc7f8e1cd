import { type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { toIsoUtc } from '../../../db/columns.ts'
import type { Database } from '../../../db/database.ts'
import { allRows, oneRow } from '../../../db/rows.ts'
import { sketchOf } from '../../../embeddings/sketch.ts'
import { fail, ok, type Result } from '../../../result.ts'
import { fromTheStart, isEmbedded } from './queue.ts'
import { sketchType } from '../table.ts'

/** Rows that one call looks at, whatever it finds: well inside a call's time, wherever the work is. */
const WINDOW = 5_000
/** Embeddings in one answer, some 19 KB each. */
const SKETCHES = 100

/** Where a walk through a table has come to: the next call begins behind it. Null at the start, and at the end. */
export type Position = { userId: string; conversationId?: string | null; id: string } | null

/** What a call did, and where it came to. */
export interface Step {
  done: number
  position: Position
}

export interface EmbeddingStatus {
  /** Vectors by their model; those that clients brought are counted apart. */
  models: { model: string; clientProvided: boolean; vectors: number }[]
  pending: number
  failed: number
  /** In how many seconds the next pending text is due; 0 where one is, null where none is pending. */
  nextInSeconds: number | null
}

export interface FailedJob {
  userId: string
  id: string
  source: 'message' | 'document'
  /** The message's id, or the chunk's. */
  textId: string
  attempts: number
  lastError: string | null
  failedAt: string
}

/** The operator's view of all users' vectors, as `parley_system`. */
export interface BackfillRepository {
  status(): Promise<Result<EmbeddingStatus>>
  /** Pending texts and the seconds until the next one is due: the part of the status that is asked for all the time. */
  queue(): Promise<Result<Pick<EmbeddingStatus, 'pending' | 'failed' | 'nextInSeconds'>>>
  /** Texts that were given up, the latest first. */
  failed(limit: number): Promise<Result<FailedJob[]>>
  /** Puts all of them back into the queue. */
  retryFailed(): Promise<Result<number>>
  /** Queues the next texts that have no vector, or one of Parley's by another model. Twice it does no more than once. */
  queueTexts(source: 'messages' | 'chunks', model: string, from: Position): Promise<Result<Step>>
  /** Gives the next vectors without a sketch theirs. */
  fillSketches(from: Position): Promise<Result<Step>>
}

export function createBackfillRepository(db: Database): BackfillRepository {
  return {
    async status() {
      const [results, error] = await db.read('backfill.status', (q) => [
        q.execute(sql`
          select model, client_provided as "clientProvided", count(*)::int as vectors
          from chat_vectors group by model, client_provided order by model, client_provided`),
        q.execute(queueState),
      ])
      if (error) return fail(error)
      const [models, unfit] = allRows(results[0].rows, modelRow)
      if (unfit) return fail(unfit)
      const [queue, missing] = oneRow(results[1].rows, queueRow)
      return missing ? fail(missing) : ok({ models, ...queue })
    },

    async queue() {
      const [results, error] = await db.read('backfill.queue', (q) => [q.execute(queueState)])
      return error ? fail(error) : oneRow(results[0].rows, queueRow)
    },

    async failed(limit) {
      const [results, error] = await db.read('backfill.failed', (q) => [
        q.execute(sql`
          select user_id as "userId", id, case when message_id is null then 'document' else 'message' end as source,
            coalesce(message_id, chunk_id::text) as "textId", attempts, last_error as "lastError", failed_at::text as "failedAt"
          from embedding_jobs where failed_at is not null order by failed_at desc, id desc limit ${limit}`),
      ])
      return error ? fail(error) : allRows(results[0].rows, failedRow)
    },

    async retryFailed() {
      const [results, error] = await db.write('backfill.retry', (q) => [
        q.execute(sql`
          with again as (
            update embedding_jobs set ${fromTheStart}
            where failed_at is not null returning 1)
          select count(*)::int as done from again`),
      ])
      if (error) return fail(error)
      const [row, unfit] = oneRow(results[0].rows, z.object({ done: z.int() }))
      return unfit ? fail(unfit) : ok(row.done)
    },

    async queueTexts(source, model, from) {
      const [results, error] = await db.write('backfill.texts', (q) => [
        q.execute(source === 'messages' ? queueMessages(model, from) : queueChunks(model, from)),
      ])
      return error ? fail(error) : toStep(results[0].rows)
    },

    async fillSketches(from) {
      const [results, error] = await db.read('backfill.embeddings', (q) => [q.execute(unsketched(from))])
      if (error) return fail(error)
      const [found, unfit] = allRows(results[0].rows, unsketchedRow)
      if (unfit) return fail(unfit)
      const rows = found.flatMap(({ userId, id, embedding }) =>
        embedding === null ? [] : [{ user_id: userId, id, sketch: sketchOf(JSON.parse(embedding) as number[]) }],
      )
      const last = found.at(-1)
      const position = last ? { userId: last.userId, id: last.id } : null
      if (rows.length === 0) return ok({ done: 0, position })
      // Every writer of an embedding writes its sketch: where there is none still, the embedding is the one that was read.
      const [, unwritten] = await db.write('backfill.sketches', (q) => [
        q.execute(sql`
          update chat_vectors v set sketch = g.sketch
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g (user_id uuid, id uuid, sketch ${sketchType})
          where v.user_id = g.user_id and v.id = g.id and v.sketch is null`),
      ])
      return unwritten ? fail(unwritten) : ok({ done: rows.length, position })
    },
  }
}

const modelRow = z.object({ model: z.string(), clientProvided: z.boolean(), vectors: z.int() })
const queueRow = z.object({ pending: z.int(), failed: z.int(), nextInSeconds: z.number().nullable() })
const failedRow = z.object({
  userId: z.string(),
  id: z.string(),
  source: z.enum(['message', 'document']),
  textId: z.string(),
  attempts: z.int(),
  lastError: z.string().nullable(),
  failedAt: z.string().transform(toIsoUtc),
})
const stepRow = z.object({
  done: z.int(),
  userId: z.string().nullable(),
  conversationId: z.string().nullable(),
  id: z.string().nullable(),
})
const unsketchedRow = z.object({ userId: z.string(), id: z.string(), embedding: z.string().nullable() })

const queueState = sql`
  select count(*) filter (where failed_at is null)::int as pending,
    count(*) filter (where failed_at is not null)::int as failed,
    greatest(0, extract(epoch from min(run_at) filter (where failed_at is null) - now()))::float8 as "nextInSeconds"
  from embedding_jobs`

const behind = (from: Position): SQL => {
  if (!from) return sql`true`
  const { userId, conversationId, id } = from
  return conversationId
    ? sql`(user_id, conversation_id, id) > (${userId}::uuid, ${conversationId}::text, ${id}::text)`
    : sql`(user_id, id) > (${userId}::uuid, ${id}::uuid)`
}

/** The next rows of a table in the order of its key, queued where they wait for a vector. */
const queueWindow = (window: SQL, insertion: SQL): SQL => sql`
  with "window" as materialized (${window}), queued as (${insertion} on conflict do nothing returning 1)
  select (select count(*) from queued)::int as done, user_id as "userId", conversation_id as "conversationId", id
  from (select 1) one left join (select * from "window" order by place desc limit 1) last on true`

/** Looked up by key for each text (OFFSET 0): as a join, a planner without statistics holds every text against every vector. */
const isStale = (isOf: SQL, model: string): SQL => sql`not exists (
    select from chat_vectors v where v.user_id = t.user_id and ${isOf} and (v.model = ${model} or v.client_provided) offset 0)`

const queueMessages = (model: string, from: Position): SQL =>
  queueWindow(
    sql`select user_id, conversation_id, id, deleted_at is null and ${isEmbedded(sql`status`, sql`content`)} as embeds,
        row_number() over (order by user_id, conversation_id, id) as place
      from messages where ${behind(from)} order by user_id, conversation_id, id limit ${WINDOW}`,
    sql`insert into embedding_jobs (user_id, conversation_id, message_id)
      select t.user_id, t.conversation_id, t.id from "window" t
      join conversations c on c.user_id = t.user_id and c.id = t.conversation_id
      where t.embeds and c.deleted_at is null
        and ${isStale(sql`v.conversation_id = t.conversation_id and v.message_id = t.id`, model)}`,
  )

const queueChunks = (model: string, from: Position): SQL =>
  queueWindow(
    sql`select user_id, null::text as conversation_id, id, document_id, row_number() over (order by user_id, id) as place
      from document_chunks where ${behind(from)} order by user_id, id limit ${WINDOW}`,
    sql`insert into embedding_jobs (user_id, chunk_id, document_id)
      select t.user_id, t.id, t.document_id from "window" t
      join documents d on d.user_id = t.user_id and d.id = t.document_id
      where d.deleted_at is null and ${isStale(sql`v.chunk_id = t.id`, model)}`,
  )

/** A window's vectors without a sketch, as many as go into one answer; its last row in any case. */
const unsketched = (from: Position): SQL => sql`
  with "window" as materialized (
    select user_id, id, row_number() over (order by user_id, id) as place, sketch is null as missing
    from chat_vectors where ${behind(from)} order by user_id, id limit ${WINDOW}
  ), wanted as (
    select * from "window" where missing order by place limit ${SKETCHES}
  ), last as (
    select * from "window" where place <= case (select count(*) from wanted)
      when ${SKETCHES} then (select max(place) from wanted) else ${WINDOW} end
    order by place desc limit 1)
  select w.user_id as "userId", w.id, case when w.missing then coalesce(v.embedding::text, v.client_embedding::text) end as embedding
  from (select * from wanted union select * from last) w
  join chat_vectors v on v.user_id = w.user_id and v.id = w.id order by w.place`

function toStep(rows: readonly unknown[]): Result<Step> {
  const [row, unfit] = oneRow(rows, stepRow)
  if (unfit) return fail(unfit)
  const { done, userId, conversationId, id } = row
  return ok({ done, position: userId !== null && id !== null ? { userId, conversationId, id } : null })
}
