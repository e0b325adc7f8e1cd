import { neon } from '@neondatabase/serverless'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { databases, execute, post, proxyFailure, type Stack } from './harness.ts'

const START_MS = 60_000

describe.each(databases)('on %s, a session', (_, start) => {
  let stack: Stack
  beforeAll(async () => {
    stack = await start()
  }, START_MS)
  // A failed statement costs its session: every test begins with a fresh one.
  beforeEach(() => stack.overHttp(stack.owner, 'select 1 / 0').then(() => stack.overHttp(stack.app, 'select 1 / 0')))
  afterAll(() => stack.close())

  const run = (query: string, role = stack.owner) => stack.overHttp(role, query)
  const setting = async (role = stack.owner) =>
    (await run(`select nullif(current_setting('app.visitor', true), '')`, role))['rows']

  describe('is reused without a reset', () => {
    test('so SET is seen by the next request', async () => {
      await run(`set app.visitor to 'somebody'`)
      expect(await setting()).toEqual([['somebody']])
    })

    test('so set_config for the session is seen by the next request', async () => {
      const sql = neon(stack.connectionString(stack.owner))
      await sql.transaction([sql`select set_config('app.visitor', 'somebody', false)`])
      expect(await setting()).toEqual([['somebody']])
    })

    test('but set_config for the transaction ends with its batch', async () => {
      const sql = neon(stack.connectionString(stack.owner), { arrayMode: true })
      const [, inside] = await sql.transaction([
        sql`select set_config('app.visitor', 'somebody', true)`,
        sql`select current_setting('app.visitor')`,
      ])
      expect(inside).toEqual([['somebody']])
      expect(await setting()).toEqual([[null]])
    })

    test('also after a batch that failed', async () => {
      await run(`set app.visitor to 'somebody'`)
      const sql = neon(stack.connectionString(stack.owner))
      await expect(sql.transaction([sql`select 1 / 0`])).rejects.toMatchObject({ code: '22012' })
      expect(await setting()).toEqual([['somebody']])
    })

    test('but never by another role', async () => {
      await run(`set app.visitor to 'somebody'`)
      expect(await setting(stack.app)).toEqual([[null]])
    })
  })

  describe('is thrown away', () => {
    test('when a statement failed', async () => {
      await run(`set app.visitor to 'somebody'`)
      expect(await run('select 1 / 0')).toMatchObject({ code: '22012' })
      expect(await setting()).toEqual([[null]])
    })

    test('when it is left in a transaction', async () => {
      await run(`set app.visitor to 'somebody'`)
      expect(await run('begin')).toMatchObject({ command: 'BEGIN' })
      expect(await run('savepoint here')).toMatchObject({ code: '25P01' })
      expect(await setting()).toEqual([[null]])
    })

    test('with what was written in a transaction left open by a batch', async () => {
      const sql = neon(stack.connectionString(stack.owner))
      await sql.transaction([sql`commit`, sql`begin`])
      expect(await run('savepoint here')).toMatchObject({ code: '25P01' })
    })
  })

  describe('has the role of the connection string', () => {
    beforeEach(() =>
      execute(stack, [
        'alter table notes no force row level security',
        'truncate notes',
        `insert into notes values (1, '${stack.app}', 'mine'), (2, '${stack.owner}', 'not mine')`,
        'alter table notes force row level security',
      ]),
    )

    test('as its user', async () => {
      expect(await run('select current_user, session_user', stack.app)).toMatchObject({
        rows: [[stack.app, stack.app]],
      })
      expect(await run('select current_user', stack.owner)).toMatchObject({ rows: [[stack.owner]] })
    })

    test('so policies filter', async () => {
      expect(await run('select id from notes', stack.app)).toMatchObject({ rows: [['1']] })
      expect(await run('update notes set body = body', stack.app)).toMatchObject({ rowCount: 1 })
    })

    test('so policies refuse', async () => {
      const foreign = await run(`insert into notes values (3, 'somebody else', 'x')`, stack.app)
      expect(foreign).toMatchObject({
        code: '42501',
        message: 'new row violates row-level security policy for table "notes"',
      })
    })

    test('so grants are asked for', async () => {
      const denied = { code: '42501', message: 'permission denied for table secrets' }
      expect(await run('select * from secrets', stack.app)).toMatchObject(denied)
      expect(await run('select * from secrets', stack.app)).toEqual(
        await stack.overSocket(stack.app, 'select * from secrets'),
      )
      expect(await run('delete from notes', stack.app)).toMatchObject({ code: '42501' })
      expect(await run('create table public.mine (id int)', stack.app)).toMatchObject({ code: '42501' })
    })

    test('so another role cannot be taken', async () => {
      const denied = { code: '42501', message: `permission denied to set role "${stack.owner}"` }
      expect(await run(`set role "${stack.owner}"`, stack.app)).toMatchObject(denied)
    })

    test('even after another socket took PGlite’s one session for itself', async (context) => {
      context.skip(!stack.singleSession, 'a server has a session for every socket')
      expect(await stack.overSocket(stack.app, 'set session authorization postgres')).toMatchObject({ command: 'SET' })
      expect(await run('select id, current_user from notes', stack.app)).toMatchObject({ rows: [['1', stack.app]] })
    })

    test('with that role’s own settings', async () => {
      await execute(stack, [`alter role ${stack.app} set search_path to pg_temp, "odd, name"`])
      await run('select 1 / 0', stack.app)
      expect(await run('show search_path', stack.app)).toMatchObject({ rows: [['pg_temp, "odd, name"']] })
      expect(await run('show search_path')).toMatchObject({ rows: [[expect.stringMatching(/public$/)]] })
      await execute(stack, [`alter role ${stack.app} reset search_path`])
    })

    test('which has to exist', async () => {
      const asNobody = { 'neon-connection-string': stack.connectionString('no_such_role') }
      expect(await post(stack, { query: 'select 1' }, asNobody)).toMatchObject({
        status: 400,
        json: proxyFailure(`password authentication failed for user 'no_such_role'`),
      })
      expect(await run('select current_user')).toMatchObject({ rows: [[stack.owner]] })
    })
  })

  test('is there for every one of many requests at once', async () => {
    const roles = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? stack.owner : stack.app))
    const answers = await Promise.all(roles.map((role, i) => run(`select current_user, ${i}`, role)))
    expect(answers.map((answer) => answer['rows'])).toEqual(roles.map((role, i) => [[role, String(i)]]))
  })

  test('is for the database that the connection string names', async (context) => {
    context.skip(stack.singleSession, 'PGlite has one database for all names')
    expect(await run('select current_database()')).toMatchObject({ rows: [[stack.database]] })
    const elsewhere = stack.connectionString(stack.owner).replace(stack.database, 'no_such_database')
    expect(await post(stack, { query: 'select 1' }, { 'neon-connection-string': elsewhere })).toMatchObject({
      status: 400,
      json: { code: '3D000', message: 'database "no_such_database" does not exist', severity: 'FATAL' },
    })
  })

  test.for(['a statement', 'a batch'])('stops %s whose client has gone', async (kind, context) => {
    context.skip(stack.singleSession, 'PGlite cannot stop a statement')
    const running = () =>
      stack.overSocket(
        stack.owner,
        `select 1 from pg_stat_activity where query = 'select pg_sleep(60), 7' and state = 'active'`,
      )
    const gone = new AbortController()
    const sql = neon(stack.connectionString(stack.owner), { fetchOptions: { signal: gone.signal } })
    const sleeping = sql.query('select pg_sleep(60), 7')
    const request = kind === 'a batch' ? sql.transaction([sleeping]) : sleeping
    const failed = expect(request).rejects.toThrow(/abort/i)
    await expect.poll(running).toMatchObject({ rowCount: 1 })
    gone.abort()
    await failed
    await expect.poll(running).toMatchObject({ rowCount: 0 })
    expect(await run('select 1')).toMatchObject({ rowCount: 1 })
  })

  test('is replaced when the server ended it', async (context) => {
    context.skip(stack.singleSession, 'PGlite has no other session to end it from')
    const pid = (await run('select pg_backend_pid()'))['rows']
    await stack.overSocket(stack.owner, `select pg_terminate_backend(${String(pid)})`)
    await expect.poll(() => run('select 1')).toMatchObject({ rowCount: 1 })
  })
})

test('an endpoint with no database behind it says so, and tells its listener of the request', async () => {
  const posts: { connectionString: string; queries: number }[] = []
  const closedPort = 1
  const endpoint = await startNeonEndpoint({
    upstream: { host: '127.0.0.1', port: closedPort },
    onPost: (info) => posts.push(info),
  })
  const stack = { endpoint, owner: 'ada', connectionString: () => 'postgres://ada:secret@db/parley' }
  expect(await post(stack, { queries: [{ query: 'select 1' }, { query: 'select 2' }] })).toMatchObject({
    status: 500,
    json: proxyFailure(`Couldn't connect to compute node`),
  })
  expect(posts).toEqual([{ connectionString: 'postgres://ada:secret@db/parley', queries: 2 }])
  await endpoint.close()
})

test('an endpoint refuses to start on a port in use', async () => {
  const upstream = { host: '127.0.0.1', port: 1 }
  const first = await startNeonEndpoint({ upstream })
  await expect(startNeonEndpoint({ upstream, port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await first.close()
})
