import { neon } from '@neondatabase/serverless'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { databases, execute, post, type Stack } from './harness.ts'
import { seed } from './schema.ts'

const START_MS = 60_000
const onOff = (on: boolean) => (on ? 'on' : 'off')

describe.each(databases)('on %s, a batch', (_, start) => {
  let stack: Stack
  beforeAll(async () => {
    stack = await start()
  }, START_MS)
  beforeEach(() => execute(stack, seed))
  afterAll(() => stack.close())

  const connect = () => neon(stack.connectionString(stack.owner), { arrayMode: true, fullResults: true })
  const emails = async () => (await stack.overHttp(stack.owner, 'select email from authors order by id'))['rows']

  test('answers each statement as it would alone', async () => {
    const sql = connect()
    const statements = ['select 1 as one, now() is not null', 'select from authors', 'select id, tags from authors']
    const results = await sql.transaction(statements.map((statement) => sql.query(statement)))
    for (const [i, statement] of statements.entries()) {
      const { command, rowCount, rows, fields } = await sql.query(statement)
      expect(results[i]).toMatchObject({ command, rowCount, rows, fields })
    }
  })

  test('sees its own writes and keeps them', async () => {
    const sql = connect()
    const [, inside] = await sql.transaction([
      sql`update authors set email = 'changed@example.com' where id = 1`,
      sql`select email from authors where id = 1`,
    ])
    expect(inside?.rows).toEqual([['changed@example.com']])
    expect(await emails()).toContainEqual(['changed@example.com'])
  })

  test('of nothing is answered with nothing', async () => {
    expect(await post(stack, { queries: [] })).toMatchObject({ status: 200, json: { results: [] } })
  })

  const levels = ['ReadUncommitted', 'ReadCommitted', 'RepeatableRead', 'Serializable'] as const
  const modes = levels.flatMap((isolationLevel) =>
    [true, false].flatMap((readOnly) => [true, false].map((deferrable) => ({ isolationLevel, readOnly, deferrable }))),
  )
  test.each(modes)('runs with $isolationLevel, read only $readOnly, deferrable $deferrable', async (mode) => {
    const sql = connect()
    const shown = await sql.transaction(
      ['isolation', 'read_only', 'deferrable'].map((name) => sql.query(`show transaction_${name}`)),
      mode,
    )
    const level = mode.isolationLevel.replace(/(?<=[a-z])(?=[A-Z])/, ' ').toLowerCase()
    expect(shown.map((result) => result.rows[0]?.[0])).toEqual([level, onOff(mode.readOnly), onOff(mode.deferrable)])
  })

  test('says in its headers how it ran', async () => {
    const asked = { 'neon-batch-isolation-level': 'Serializable', 'neon-batch-read-only': 'true' }
    const { headers } = await post(stack, { queries: [{ query: 'select 1' }] }, asked)
    expect(headers.get('neon-batch-isolation-level')).toBe('Serializable')
    expect(headers.get('neon-batch-read-only')).toBe('true')
    expect(headers.get('neon-batch-deferrable')).toBeNull()
  })

  test('that is read only refuses to write', async () => {
    const sql = connect()
    const writing = sql.transaction([sql`delete from books`], { readOnly: true })
    await expect(writing).rejects.toMatchObject({ code: '25006' })
  })

  test('that fails in the middle leaves nothing behind', async () => {
    const sql = connect()
    const before = await emails()
    const failing = sql.transaction([
      sql`insert into authors (email) values ('first@example.com')`,
      sql`insert into authors (email) values ('ada@example.com')`,
      sql`insert into authors (email) values ('last@example.com')`,
    ])
    await expect(failing).rejects.toMatchObject({
      name: 'NeonDbError',
      code: '23505',
      schema: 'public',
      table: 'authors',
      constraint: 'authors_email_key',
      detail: 'Key (email)=(ada@example.com) already exists.',
    })
    expect(await emails()).toEqual(before)
  })

  test('that fails at its commit leaves nothing behind', async () => {
    const sql = connect()
    const failing = sql.transaction([sql`insert into ledger values (1, 999)`, sql`select 1`])
    await expect(failing).rejects.toMatchObject({ code: '23503', constraint: 'ledger_author_fkey' })
    expect((await sql`select from ledger`).rowCount).toBe(0)
  })

  test('stops at several statements in one string', async () => {
    const sql = connect()
    const failing = sql.transaction([sql`delete from books`, sql.query('select 1; delete from ledger')])
    await expect(failing).rejects.toMatchObject({ code: '42601' })
    expect((await sql`select from books`).rowCount).toBe(2)
  })

  test('that ends its own transaction does not break the next request', async () => {
    const sql = connect()
    await sql.transaction([sql`commit`, sql`begin`, sql`select 1`])
    await sql.transaction([sql`rollback`, sql`select 1`])
    expect((await sql`select 2`).rows).toEqual([[2]])
  })

  test('counts the bytes of all of its answers, and writes nothing when they are too many', async () => {
    const sixMebibytes = { query: `select repeat('x', 6 * 1024 * 1024)` }
    expect(await post(stack, { queries: [sixMebibytes] })).toMatchObject({ status: 200 })
    const tooMany = { queries: [{ query: 'delete from books' }, sixMebibytes, sixMebibytes] }
    expect(await post(stack, tooMany)).toMatchObject({ status: 507 })
    expect(await stack.overHttp(stack.owner, 'select from books')).toMatchObject({ rowCount: 2 })
  })

  test('may ask for rows in two forms', async () => {
    const queries = [
      { query: 'select 1 as a', arrayMode: true },
      { query: 'select 2 as a', arrayMode: false },
    ]
    const { json } = await post(stack, { queries })
    expect(json).toMatchObject({
      results: [
        { rowAsArray: true, rows: [[1]] },
        { rowAsArray: false, rows: [{ a: 2 }] },
      ],
    })
  })
})
