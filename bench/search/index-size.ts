import type { Client } from 'pg'

// What release 0.3.0 read as words.
const BEFORE = {
  messages: `to_tsvector('simple', translate(lower(left(content, 60000)), '<', ' '))`,
  document_chunks: `to_tsvector(language, translate(lower(left(content, 60000)), '<', ' '))`,
}

/** Bytes that the words of a message and of a chunk take, in the table and in a new index; those of release 0.3.0 for comparison. */
export async function measureIndexes(superuser: Client): Promise<void> {
  for (const table of ['messages', 'document_chunks'] as const) {
    const before = await bytesOf(superuser, table, BEFORE[table])
    const now = await bytesOf(superuser, table, 'search')
    console.log(
      `Bytes of words in ${table}, 0.3.0 and now: index ${before.index} and ${now.index}, column ${before.column} and ${now.column}.`,
    )
  }
}

async function bytesOf(superuser: Client, table: string, words: string): Promise<{ index: number; column: number }> {
  await superuser.query(`create temporary table sized as select user_id, ${words} as search from ${table}`)
  await superuser.query('create index sized_search_idx on sized using gin (user_id, search)')
  const { rows } = await superuser.query<{ index: number; column: number }>(
    `select round(pg_relation_size('sized_search_idx')::float8 / count(*)) as index, round(avg(pg_column_size(search)))::float8 as column from sized`,
  )
  await superuser.query('drop table sized')
  return rows[0] ?? { index: Number.NaN, column: Number.NaN }
}
