import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { server } from '../migrations/open.ts'
import { migrate, stateOf } from './migrating.ts'
import { rebuildNeon, type RebuiltNeon } from './neon.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const objection = (reason: string) => `Received HTTP code 400 from control plane: {"error":"${reason}"}`

// The other suites mean something as long as this holds.
describe.skipIf(!server)('A rebuilt Neon', () => {
  let neon: RebuiltNeon
  beforeAll(async () => {
    neon = await rebuildNeon(server ?? '')
  })
  afterAll(() => neon.close())

  /** @returns the message of the statement that fails, or `committed` */
  async function asOwner(...statements: string[]): Promise<string> {
    const run = async (client: Client) => {
      for (const statement of statements) await client.query(statement)
      return 'committed'
    }
    return neon.asOwner((client) => run(client).catch((refusal: Error) => refusal.message))
  }

  it.each([
    ['in a transaction', ['begin', 'create role parley_app login', 'commit']],
    ['by itself', ['create role parley_app login']],
    ['within a block', ['begin', `do $$ begin execute 'create role parley_app login'; end $$`, 'commit']],
    ['afterwards', ['begin', 'create role parley_app', 'alter role parley_app login', 'commit']],
  ])('refuses a login role without a password when it commits: %s', async (_, statements) => {
    expect(await asOwner(...statements)).toBe(objection('Neon does not support roles with empty passwords'))
    expect((await stateOf(neon)).roles).toEqual([])
  })

  it('refuses the hash of a password', async () => {
    const hash = 'SCRAM-SHA-256$4096:MTIzNDU2Nzg5MDEyMzQ1Ng==$rHFdmz4mcqQBIzLJgFzbEHcb9tHKUuUKfuVyz3p9MHs=:AAAA'
    const refusal = await asOwner('begin', `create role parley_app login password '${hash}'`, 'commit')
    expect(refusal).toBe(objection('Neon only supports being given plaintext passwords'))
  })

  it('takes a role with a password', async () => {
    expect(await asOwner('begin', `create role parley_app login password 'its own'`, 'commit')).toBe('committed')
    expect((await stateOf(neon)).roles).toHaveLength(1)
    expect(await asOwner('drop role parley_app')).toBe('committed')
  })

  it('has an owner who is no superuser, and gets past row-level security', async () => {
    expect(await asOwner('create role parley_app superuser')).toContain('permission denied')
    const { rows } = await neon.asSuperuser((superuser) =>
      superuser.query('select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = $1', [neon.owner]),
    )
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: true, rolcreaterole: true }])
  })

  it('refuses plain text', async () => {
    const { code, stderr } = await migrate({ ...neon, ownerUrl: `${neon.ownerUrl}?sslmode=disable` })
    expect(code).toBe(1)
    expect(stderr).toContain('connection is insecure')
  })
})
