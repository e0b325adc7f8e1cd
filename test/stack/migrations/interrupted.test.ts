// @module-tag slow
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it, vi } from 'vitest'
import { connected, type LocalDatabase, openScratch } from '../../../dev/database.ts'
import { leaveEmpty, rowsOf, server } from './open.ts'
import { copyProject, type Project } from './project.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let project: Project
beforeEach(async () => {
  project = await copyProject()
})
afterEach(() => project.remove())

describe('npm run db:migrate with a migration that fails', () => {
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-migrate-'))
  })
  afterAll(() => rm(dataDir, { recursive: true }))

  it('prints file and line, what Postgres says, and what was kept; then goes on from there', async () => {
    await project.write('0100_first', 'create table t1 (id int primary key)')
    await project.write(
      '0101_second',
      'create table t2 (id int);\n--> statement-breakpoint\n-- Two of one kind.\ninsert into t1\nvalues (1), (1);\n',
    )
    const failed = await project.migrate({ PARLEY_DATA: dataDir })
    expect(failed).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'migrations/0101_second.sql:3: duplicate key value violates unique constraint "t1_pkey" (SQLSTATE 23505)\n' +
        '  detail: Key (id)=(1) already exists.\n' +
        '  Nothing of this migration was applied.\n',
    })
    await project.write('0101_second', 'select\n  nonsense\nfrom t1')
    expect((await project.migrate({ PARLEY_DATA: dataDir })).stderr).toMatch(
      /^migrations\/0101_second\.sql:2: column "nonsense" does not exist \(SQLSTATE 42703\)\n/,
    )
    await project.write('0101_second', 'create table t2 (id int)')
    const { code, stdout } = await project.migrate({ PARLEY_DATA: dataDir })
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/: 1 migration applied\n$/) })
  })
})

describe.skipIf(!server)('npm run db:migrate that is killed in the middle of a migration', () => {
  let database: LocalDatabase
  let own: Record<string, string>
  beforeEach(async () => {
    database = await openScratch(server ?? '', leaveEmpty)
    const url = new URL(server ?? '')
    url.username = 'parley_owner'
    url.pathname = `/${database.name}`
    own = { DATABASE_URL: url.href }
  })
  afterEach(() => database.close())

  const sleepers = async () => {
    const inside = new URL(server ?? '')
    inside.pathname = `/${database.name}`
    const found = await connected(inside.href, (client) =>
      client.query(`select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`),
    )
    return found.rowCount
  }
  async function killAsleep() {
    const migrating = project.startMigrating(own)
    await vi.waitUntil(async () => (await sleepers()) === 1, { timeout: 20_000 })
    const [pid = 0] = await migrating.family()
    process.kill(pid, 'SIGKILL')
    await migrating.ended
  }

  it('leaves nothing of it, and the next run does not wait for its statement', async () => {
    await project.write('0100_slow', 'create table t1 (id int);\n--> statement-breakpoint\nselect pg_sleep(300)')
    await killAsleep()
    await project.write('0100_slow', 'create table t1 (id int)')
    const { code, stdout, stderr } = await project.migrate(own)
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^(Another migration of this database is running: waiting for it\.\n)?$/),
    })
    expect(stdout).toMatch(/: 1 migration applied\n$/)
  })

  it('outside of a transaction runs it again from its first statement', async () => {
    const statements = ['drop index concurrently if exists t1_idx', 'create index concurrently t1_idx on users (name)']
    const sql = (...more: string[]) =>
      `-- no-transaction\n${[...statements, ...more].join(';\n--> statement-breakpoint\n')}`
    await project.write('0100_index', sql('select pg_sleep(300)'))
    await killAsleep()
    await project.write('0100_index', sql())
    const { code, stdout } = await project.migrate(own)
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/: 1 migration applied\n$/) })
    expect(await rowsOf(database, `select indisvalid from pg_index where indexrelid = 't1_idx'::regclass`)).toEqual([
      { indisvalid: true },
    ])
  })
})
