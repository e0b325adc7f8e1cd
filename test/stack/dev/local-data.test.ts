// @module-tag slow
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { connected, openPglite } from '../../../dev/database.ts'
import { lockDirectory } from '../../../dev/lock.ts'
import { findRunning, recordRunning } from '../../../dev/running.ts'
import { freePorts, occupy, type Outcome, portOf, run, start, pushed } from './process.ts'

// Each test waits for processes or for PGlite.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let migrated: string
let firstMigration: Outcome
let dataDir: string

// Making a database takes seconds: it is done once, and each test gets a copy.
beforeAll(async () => {
  migrated = await mkdtemp(join(tmpdir(), 'parley-data-'))
  firstMigration = await run('npm run --silent db:migrate', { PARLEY_DATA: migrated })
})
afterAll(() => rm(migrated, { recursive: true }))
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-data-'))
  await cp(migrated, dataDir, { recursive: true })
})
afterEach(() => rm(dataDir, { recursive: true }))

/** As the superuser, who sees all rows. */
async function look(query: string): Promise<unknown[]> {
  const database = await openPglite(join(dataDir, 'postgres'))
  const { host, port } = database.upstream
  const { rows } = await connected(`postgres://postgres@${host}:${port}/postgres`, (client) => client.query(query))
  await database.close()
  return rows
}

const ACCESS = `
  select 'policy' as kind, p::text as what from pg_policies p
  union all select 'table', concat_ws(' ', relname, relowner::regrole, relrowsecurity, relforcerowsecurity, relacl::text)
    from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
  union all select 'function', concat_ws(' ', oid::regprocedure, proacl::text, prosrc)
    from pg_proc where pronamespace = 'app'::regnamespace
  union all select 'index', indexdef from pg_indexes where schemaname = 'public'
  union all select 'role', rolname from pg_roles
  order by 1, 2`

/** A digest of all rows of each table. */
const CONTENT = ['users', 'sessions', 'conversations', 'messages', 'chat_vectors', 'embedding_jobs']
  .map(
    (table) =>
      `select '${table}' as name, count(*)::int, md5(string_agg(t::text, '' order by t::text)) from ${table} t`,
  )
  .join(' union all ')

describe('npm run db:migrate', () => {
  it('brings the local data up to date, and finds it so the next time', async () => {
    expect(firstMigration.stdout).toMatch(/^PGlite in .*postgres: \d+ migrations applied\n$/)
    const second = await run('npm run --silent db:migrate', { PARLEY_DATA: dataDir })
    expect(second).toMatchObject({ code: 0, stdout: `PGlite in ${dataDir}/postgres: up to date\n` })
  })
})

describe('npm run db:push', () => {
  it('right after the migrations takes nothing away', async () => {
    const before = await look(ACCESS)
    const { code, stdout } = await run('npm run --silent db:push', { PARLEY_DATA: dataDir })
    expect(code).toBe(0)
    expect(stdout).toMatch(/Changes applied|No changes detected/)
    expect(pushed(stdout)).not.toMatch(/drop|disable|revoke|alter policy|create/i)
    expect(await look(ACCESS)).toEqual(before)
  })
})

describe('npm run db:studio', () => {
  it('listens on this machine only, and ends with Ctrl-C', async () => {
    const [port = 0] = await freePorts(1)
    const own = { PARLEY_DATA: dataDir }
    const studio = start('npm', ['run', '--silent', 'db:studio', '--', `--port=${port}`], own)
    await studio.printed(/up and running/)
    // Were it on every address, this would be taken too.
    await expect(fetch(`http://127.0.0.2:${port}`)).rejects.toThrow('fetch failed')
    studio.interrupt()
    await studio.ended
    expect((await run('npm run --silent db:migrate', own)).code).toBe(0)
  })
})

describe('npm run db:seed', () => {
  it('fills the local data, and a second run changes nothing', async () => {
    const own = { PARLEY_DATA: dataDir }
    const first = await run('npm run --silent db:seed', own)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(/ada@example.com +registered, \d+ conversations, \d+ messages, 1 documents/)
    expect(first.stdout).toContain('npm run --silent token -- ada@example.com')
    const content = (await look(CONTENT)) as { name: string; count: number }[]
    const counts = Object.fromEntries(content.map(({ name, count }) => [name, count]))
    expect(counts).toMatchObject({ users: 5, conversations: 25, embedding_jobs: 0 })
    expect(counts['messages']).toBeGreaterThan(200)
    // One for each message, and for each passage of the documents.
    expect(counts['chat_vectors']).toBeGreaterThan((counts['messages'] ?? 0) + 10)

    const second = await run('npm run --silent db:seed', own)
    expect(second.stdout.match(/all there/g)).toHaveLength(5)
    expect(await look(CONTENT)).toEqual(content)
  })

  it('refuses what is not on this machine', async () => {
    const DATABASE_URL = 'postgres://owner:secret@db.parley.invalid/parley'
    const { code, stdout, stderr } = await run('npm run --silent db:seed', { PARLEY_DATA: dataDir, DATABASE_URL })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('db.parley.invalid:5432/parley is not on this machine')
    expect(stderr).toContain('--force')
    expect(stderr).not.toContain('secret')
  })
})

describe('the local data', () => {
  it('is opened by one at a time', async () => {
    const database = await openPglite(join(dataDir, 'postgres'))
    const { code, stderr } = await run('npm run --silent db:migrate', { PARLEY_DATA: dataDir })
    expect([code, stderr]).toEqual([
      1,
      `Another process works on the data in ${dataDir}/postgres, and it can serve only one.\n`,
    ])
    await database.close()
    expect((await run('npm run --silent db:migrate', { PARLEY_DATA: dataDir })).code).toBe(0)
  })

  it('is free again once its process was killed', async () => {
    const script = `import('./dev/lock.ts').then((m) => m.lockDirectory(process.argv[1])).then(() => console.log('held'))
      .then(() => setInterval(() => {}, 1000))`
    const holder = start('node_modules/.bin/node', ['-e', script, dataDir], {})
    await holder.printed(/held/)
    await expect(lockDirectory(dataDir)).rejects.toThrow('Another process works on the data')
    for (const pid of await holder.family()) process.kill(pid, 'SIGKILL')
    await holder.ended
    const unlock = await lockDirectory(dataDir)
    await unlock()
  })
})

describe('a stack that was recorded', () => {
  const stack = {
    pid: process.pid,
    url: 'http://127.0.0.1:8787',
    embedded: true,
    databaseName: 'postgres',
    cognito: { port: 1, poolId: 'pool', clientId: 'client' },
  }

  it('is found while its process lives and its port answers', async () => {
    const neon = await occupy(0)
    await recordRunning(dataDir, { ...stack, neonPort: portOf(neon) })
    expect(await findRunning(dataDir)).toMatchObject({ url: stack.url })
    await new Promise((resolve) => neon.close(resolve))
    expect(await findRunning(dataDir)).toBeNull()
  })

  it('is not found after a crash in the middle of writing', async () => {
    await writeFile(join(dataDir, 'running.json'), '{"pid": 1,')
    expect(await findRunning(dataDir)).toBeNull()
  })
})
