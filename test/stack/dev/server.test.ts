import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connected, type LocalDatabase, openScratch } from '../../../dev/database.ts'
import { freePorts, portVariables, run, start, survivors, pushed } from './process.ts'

// Each test waits for processes or for PGlite.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const server = process.env.DATABASE_URL

// The same commands on a real server, as its owner that is no superuser.
describe.skipIf(!server)('with DATABASE_URL', () => {
  let dataDir: string
  let database: LocalDatabase
  let own: Record<string, string>

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-server-'))
    database = await openScratch(server ?? '', () => Promise.resolve(0))
    const url = new URL(server ?? '')
    url.username = 'parley_owner'
    url.pathname = `/${database.name}`
    own = { DATABASE_URL: url.href, PARLEY_DATA: dataDir, ...portVariables(await freePorts(3)) }
  })
  afterAll(async () => {
    await database.close()
    await rm(dataDir, { recursive: true })
  })

  /** As the superuser, who sees all rows. */
  const query = (text: string) => {
    const url = new URL(server ?? '')
    url.pathname = `/${database.name}`
    return connected(url.href, async (client) => (await client.query(text)).rows as unknown[])
  }

  it('migrates, seeds and serves that database', async () => {
    const both = await Promise.all([run('npm run --silent db:migrate', own), run('npm run --silent db:migrate', own)])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    const said = both.map(({ stdout }) => stdout.trim())
    expect(said.filter((line) => line.endsWith(': up to date'))).toHaveLength(1)
    expect(said.filter((line) => /: \d+ migrations applied$/.test(line))).toHaveLength(1)

    expect(await run('npm run --silent db:seed', own)).toMatchObject({ code: 0, stderr: '' })
    expect((await run('npm run --silent db:seed', own)).stdout.match(/all there/g)).toHaveLength(5)

    const dev = start('npm', ['run', 'dev'], own)
    const [, line = ''] = await dev.printed(/^ *(curl .*)$/m)
    expect(dev.output()).toMatch(new RegExp(`database +\\S+/${database.name}, up to date`))
    const { stdout } = await run(line, own)
    expect(JSON.parse(stdout)).toMatchObject({ user: { email: 'ada@example.com', name: 'Ada Okafor' } })
    const { DATABASE_URL: _, ...without } = own
    expect((await run('npm run --silent db:seed', without)).stderr).toContain('Give the same DATABASE_URL')
    expect((await run('npm run --silent db:seed', own)).stdout.match(/all there/g)).toHaveLength(5)

    const family = await dev.family()
    dev.interrupt()
    await dev.ended
    expect(await survivors(family)).toEqual([])
  })

  it('asks before a push changes anything', async () => {
    await run('npm run --silent db:migrate', own)
    const { stdout, stderr } = await run('npm run --silent db:push', own)
    expect(pushed(stdout)).not.toMatch(/drop|disable|revoke|Changes applied/i)
    expect(stdout + stderr).toMatch(/No changes detected|Interactive prompts require a TTY/)
  })

  it('seeds no database with users of the world outside, unless told to', async () => {
    await run('npm run --silent db:migrate', own)
    await query(`insert into users (id, email) values (gen_random_uuid(), 'someone@gmail.invalid')`)
    const { code, stderr } = await run('npm run --silent db:seed', own)
    expect(code).toBe(1)
    expect(stderr).toContain('has users (1) who are not at example.com')
    expect(await query(`select relname from pg_class where relname = 'users' and not relforcerowsecurity`)).toEqual([])
    expect((await run('npm run --silent db:seed -- --force', own)).code).toBe(0)
  })
})
