// @module-tag slow
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { OWNER } from '../../../dev/owner.ts'
import { recordRunning } from '../../../dev/running.ts'
import { FIND_BY_EMAIL, type FoundUser } from '../../../dev/users/find-by-email.ts'
import { type Place, places } from '../plans/places.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const SECRET = 'do-not-leak'

describe.each(places)('npm run users on $name', ({ open, embedded }) => {
  const [native, federated, deleted, dotted] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  let place: Place
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  let dataDir: string
  beforeAll(async () => {
    place = await open()
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
    dataDir = await mkdtemp(join(tmpdir(), 'parley-users-'))
    const rest = { pid: process.pid, url: 'http://localhost:1', embedded, neonPort: endpoint.port }
    await recordRunning(dataDir, {
      ...rest,
      databaseName: place.name,
      cognito: { port: 1, poolId: 'pool', clientId: 'client' },
    })
    await place.asSuperuser(async (client) => {
      await client.query(
        `insert into users (id, email, email_verified, created_at, last_login, deleted_at) values
           ($1, 'Ada@Example.com', true, '2026-01-01T00:00:00Z', '2026-11-01T12:00:00Z', null),
           ($2, 'ada@example.com', false, '2026-02-01T00:00:00Z', '2026-11-02T12:00:00.123Z', null),
           ($3, 'ADA@EXAMPLE.COM', true, '2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'),
           ($4, 'İpek@example.com', true, '2026-05-01T00:00:00Z', '2026-05-01T00:00:00Z', null)`,
        [native, federated, deleted, dotted],
      )
      await client.query(
        `insert into users (id, email) select gen_random_uuid(), 'user-' || n || '@example.com' from generate_series(1, 5000) n`,
      )
      await client.query('analyze users')
    })
  })
  afterAll(async () => {
    await endpoint.close()
    await place.close()
    await rm(dataDir, { recursive: true })
  })

  /** As the plain owner of the tables, whom row-level security binds; PGlite has a superuser only. */
  const ownerUrl = () => {
    if (embedded) return `postgres://postgres@${place.upstream.host}:${place.upstream.port}/postgres`
    const url = new URL(process.env.DATABASE_URL ?? '')
    url.username = OWNER
    url.pathname = `/${place.name}`
    return url.href
  }
  const users = (args: string[], variables: Record<string, string> = { DATABASE_URL: ownerUrl() }) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const env = { ...process.env, DATABASE_URL: '', PARLEY_DATA: dataDir, ...variables }
      execFile(process.execPath, ['dev/users.ts', ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      )
    })
  const find = async (email: string, variables?: Record<string, string>) => {
    const { code, stdout, stderr } = await users(['find', email, '--json'], variables)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return JSON.parse(stdout) as FoundUser[]
  }

  it('finds all users with an address, in any case, the oldest first', async () => {
    const found = await find('aDa@example.COM')
    expect(found.map(({ id }) => id)).toEqual([native, federated, deleted])
    expect(found[1]).toEqual({
      id: federated,
      email: 'ada@example.com',
      emailVerified: false,
      createdAt: '2026-02-01T00:00:00.000Z',
      lastLogin: '2026-11-02T12:00:00.123Z',
      deletedAt: null,
    })
    expect((await find('İpek@example.com')).map(({ id }) => id)).toEqual([dotted])
  })

  it('prints a table', async () => {
    const { code, stdout } = await users(['find', 'ada@example.com'])
    expect(code).toBe(0)
    const [, titles, first, , third] = stdout.trimEnd().split('\n')
    expect(titles?.trim().split(/ {2,}/)).toEqual(['id', 'e-mail', 'verified', 'created', 'last login', 'deleted'])
    expect(first).toContain(`${native}  Ada@Example.com  yes       2026-01-01T00:00:00.000Z  2026-11-01T12:00:00.000Z`)
    expect(third).toMatch(/2026-04-01T00:00:00\.000Z$/)
    expect(stdout).not.toContain('postgres://')
  })

  it('says when there is none', async () => {
    expect(await find('nobody@example.com')).toEqual([])
    expect(await find(`' or true --`)).toEqual([])
    const { code, stdout } = await users(['find', 'nobody@example.com'])
    expect(code).toBe(0)
    expect(stdout).toContain('No user has this e-mail address.')
  })

  it('finds them while the local stack runs; on a server it asks for its URL', async () => {
    if (embedded) {
      expect(await find('ada@example.com', {})).toHaveLength(3)
    } else {
      const { code, stderr } = await users(['find', 'ada@example.com'], {})
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('give the same DATABASE_URL') })
    }
  })

  it('leaves row-level security as it was', async () => {
    await find('ada@example.com')
    const forced = await place.asSuperuser((client) =>
      client.query<{ forced: boolean }>(
        `select relforcerowsecurity as forced from pg_class where oid = 'public.users'::regclass`,
      ),
    )
    expect(forced.rows).toEqual([{ forced: true }])
  })

  it('reads the index', async () => {
    const plan = await place.asSuperuser((client) => client.query(`explain ${FIND_BY_EMAIL}`, ['ada@example.com']))
    expect(JSON.stringify(plan.rows)).toContain('users_email_idx')
  })

  it.each([
    ['nothing', [], {}],
    ['no address', ['find'], {}],
    ['two addresses', ['find', 'a@example.com', 'b@example.com'], {}],
    ['an unknown option', ['find', 'a@example.com', '--all'], {}],
    ['no database', ['find', 'a@example.com'], { PARLEY_DATA: '/nonexistent' }],
    ['no URL', ['find', 'a@example.com'], { DATABASE_URL: `mysql://owner:${SECRET}@localhost/db` }],
    ['no server', ['find', 'a@example.com'], { DATABASE_URL: `postgres://owner:${SECRET}@127.0.0.1:1/db` }],
  ])('ends with code 1 and says why, without the connection string: %s', async (_, args, variables) => {
    const { code, stdout, stderr } = await users(args, variables)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).not.toBe('')
    expect(stderr).not.toContain(SECRET)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it.skipIf(embedded)('refuses a role of the Worker, which would see nobody', async () => {
    const url = new URL(ownerUrl())
    url.username = 'parley_app'
    url.password = place.passwords.parley_app ?? ''
    const { code, stderr } = await users(['find', 'ada@example.com'], { DATABASE_URL: url.href })
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('must be owner of table users') })
  })
})
