import { count, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Database } from '../../db/database.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { auditEvents } from '../audit/table.ts'
import { conversations } from '../conversations/table.ts'
import { documents } from '../documents/table.ts'
import { messageColumns, messages } from '../messages/table.ts'
import { sessions } from '../sessions/table.ts'
import { type UserRow, userRow } from '../users/schemas.ts'
import { users } from '../users/table.ts'
import { chatVectors, vectorColumns } from '../embeddings/table.ts'
import { exportedRows, type ExportedRow, type Section, SECTIONS } from './schemas.ts'

/** A part of a section, in the order of its key. */
export interface ExportPage<S extends Section = Section> {
  rows: ExportedRow<S>[]
  /** Where to read on; null at the end of the section. */
  next: ExportKey | null
}
type ExportKey = readonly (string | number)[]

/** All that one user owns, read in parts. */
export interface ExportRepository {
  /** The user and the beginning of every section, in one request: for many it is all there is. */
  begin(): Promise<Result<{ user: UserRow; pages: Record<Section, ExportPage> }>>
  /** The part of a section behind this key. */
  next(section: Section, after: ExportKey): Promise<Result<ExportPage>>
}

/**
 * How much of a section at once. A page of messages may hold 100 KiB a row, and Neon caps an answer at 10 MiB of JSON, in
 * which a control character takes six bytes. The first request brings the beginning of all sections.
 */
interface Limits {
  rows: number
  bytes: number
  /** A page has at least one row, unless that is longer than so many bytes. */
  alone: number
}
const FIRST: Limits = { rows: 1_000, bytes: 256 * 1024, alone: 2 * 1024 * 1024 }
const NEXT: Limits = { rows: 1_000, bytes: 1_536 * 1024, alone: 2 ** 31 - 1 }

interface Source {
  table: PgTable
  /** Where not all of them are read. */
  columns?: Record<string, PgColumn>
  /** What is read beside them, as further columns. */
  more?: SQL
  /** The order, by which an index has the rows. */
  key: readonly [column: string, property: string][]
  /** Roughly the bytes of a row's texts, without reading those that are stored out of line. */
  size: SQL
  condition?: SQL
}

const SOURCES: Record<Section, Source> = {
  session: { table: sessions, key: [['id', 'id']], size: sql`1000` },
  conversation: {
    table: conversations,
    key: [['id', 'id']],
    size: sql`500 + coalesce(octet_length(system_prompt), 0) + octet_length(metadata::text)`,
  },
  message: {
    table: messages,
    columns: messageColumns,
    key: [
      ['conversation_id', 'conversationId'],
      ['seq', 'seq'],
    ],
    size: sql`300 + octet_length(content) + octet_length(metadata::text)`,
  },
  document: {
    table: documents,
    columns: { ...getTableColumns(documents), embedding: chatVectors.clientEmbedding, model: chatVectors.model },
    // What the client has brought stands for its one chunk, and chunks are made anew.
    more: sql`
      left join lateral (
        select v.client_embedding, v.model from document_chunks c
        join chat_vectors v on v.user_id = c.user_id and v.chunk_id = c.id and v.client_provided
        where c.user_id = own.user_id and c.document_id = own.id and own.chunk_size is null limit 1) brought on true`,
    key: [['id', 'id']],
    size: sql`22000 + octet_length(content) + octet_length(metadata::text)`,
  },
  vector: {
    table: chatVectors,
    columns: { ...vectorColumns, embedding: chatVectors.clientEmbedding },
    key: [['id', 'id']],
    size: sql`22000 + coalesce(octet_length(content), 0) + octet_length(metadata::text)`,
    // Those that Parley made can be made again.
    condition: sql`client_provided and chunk_id is null`,
  },
  auditEvent: { table: auditEvents, key: [['id', 'id']], size: sql`500` },
}

export function createExportRepository(db: Database, userId: string): ExportRepository {
  const select = (q: NeonHttpDatabase, section: Section, after: ExportKey | null, { rows, bytes, alone }: Limits) => {
    const { table, columns = getTableColumns(table), more = sql``, key, size, condition } = SOURCES[section]
    const order = sql.join(
      key.map(([column]) => sql.identifier(column)),
      sql`, `,
    )
    const behind = after?.length
      ? sql`and (${order}) > (${sql.join(
          after.map((value) => sql`${value}`),
          sql`, `,
        )})`
      : sql``
    const page = q.$with('page', { ...columns, found: sql`found`.mapWith(Number).as('found') }).as(sql`
      select *, row_number() over w as position, sum(${size}) over w as bytes, count(*) over () as found
      from (
        select * from ${table} where user_id = ${userId} ${condition ? sql`and ${condition}` : sql``} ${behind}
        order by ${order} limit ${rows + 1}) own ${more}
      window w as (order by ${order})`)
    return q
      .with(page)
      .select()
      .from(page)
      .where(sql`(position = 1 and bytes <= ${alone}) or (position <= ${rows} and bytes <= ${bytes})`)
      .orderBy(sql`position`)
  }

  return {
    async begin() {
      const [results, error] = await db.read('export.begin', (q) => [
        q.select().from(users).where(eq(users.id, userId)),
        q.select({ count: count() }).from(documents).where(eq(documents.userId, userId)),
        ...SECTIONS.map((section) => select(q, section, null, FIRST)),
      ])
      if (error) return fail(error)
      const [userRows, counted, ...sections] = results
      const [user, missing] = oneRow(userRows, userRow)
      if (missing) return fail(missing)
      const pages: Partial<Record<Section, ExportPage>> = {}
      for (const [i, section] of SECTIONS.entries()) {
        const [page, unfit] = toPage(section, sections[i] as FoundRow[])
        if (unfit) return fail(unfit)
        pages[section] = page
      }
      // A first one that is too long to come along is the next page's.
      if (counted[0]?.count && pages.document?.rows.length === 0) pages.document = { rows: [], next: BEGINNING }
      return ok({ user, pages: pages as Record<Section, ExportPage> })
    },

    async next(section, after) {
      const [results, error] = await db.read('export.next', (q) => [select(q, section, after, NEXT)])
      return error ? fail(error) : toPage(section, results[0])
    },
  }
}

const BEGINNING: ExportKey = []

/** `found`: how many rows were there to take this page from. */
type FoundRow = Record<string, unknown> & { found: number }

function toPage(section: Section, found: FoundRow[]): Result<ExportPage> {
  const [rows, unfit] = allRows(found, exportedRows[section])
  if (unfit) return fail(unfit)
  const last = found.at(-1)
  const isLast = last === undefined || last.found === found.length
  const next = isLast ? null : SOURCES[section].key.map(([, property]) => last[property] as string | number)
  return ok({ rows, next })
}
