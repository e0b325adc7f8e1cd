import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { connected } from '../../../dev/connect.ts'
import { passwordsFrom } from '../../../dev/passwords.ts'
import { type RunningPglite, startPglite } from '../../../dev/pglite.ts'
import { ensureRoles } from '../../../dev/roles.ts'
import { isVerifierOf } from './scram.ts'

vi.setConfig({ hookTimeout: 60_000 })

const APP = 'f2b1c6d09e7a4583f2b1c6d09e7a4583'
const SYSTEM = '0d9a8c7b6e5f41320d9a8c7b6e5f4132'
const OTHER = '7c3e9b5d1f6a80427c3e9b5d1f6a8042'
const both = { parley_app: APP, parley_system: SYSTEM }

// Roles belong to a whole cluster: the embedded Postgres is one that nobody else uses.
let pglite: RunningPglite
const as = <T>(role: string, work: (client: Client) => Promise<T>): Promise<T> =>
  connected(`postgres://postgres@${pglite.host}:${pglite.port}/postgres`, async (client) => {
    await client.query(`set session authorization ${role}`)
    try {
      return await work(client)
    } finally {
      await client.query('set session authorization postgres')
    }
  })
const superuser = (text: string) => as('postgres', async (client) => (await client.query(text)).rows as unknown[])
const ensure = (...passwords: Parameters<typeof ensureRoles> extends [Client, ...infer Rest] ? Rest : never) =>
  as('the_owner', (owner) => ensureRoles(owner, ...passwords))
const roles = async () =>
  (await superuser(`select * from pg_authid where rolname ~ '^parley_' order by rolname`)) as Record<string, unknown>[]
const verifiers = async () =>
  Object.fromEntries((await roles()).map(({ rolname, rolpassword }) => [rolname, rolpassword]))

beforeAll(async () => {
  pglite = await startPglite()
  await superuser('create role the_owner login createrole')
})
afterAll(() => pglite.close())
afterEach(async () => {
  const made = (await superuser(`select rolname from pg_roles where oid > 16384 and rolname <> 'the_owner'`)) as {
    rolname: string
  }[]
  if (made.length > 0) await superuser(`drop role ${made.map(({ rolname }) => rolname).join(', ')}`)
})

/** All that an error says, in any of its fields. */
const allOf = (error: unknown): string =>
  error instanceof Error ? JSON.stringify(Object.getOwnPropertyDescriptors(error)) + allOf(error.cause) : String(error)

describe('Roles that do not exist', () => {
  it('are made with the passwords that are given, and with their settings', async () => {
    await ensure(both)
    const made = await roles()
    expect(made.map(({ rolname }) => rolname)).toEqual(['parley_app', 'parley_system'])
    expect(made.map(({ rolpassword }) => [APP, SYSTEM].map((each) => isVerifierOf(rolpassword, each)))).toEqual([
      [true, false],
      [false, true],
    ])
    expect(made.map(({ rolcanlogin, rolinherit }) => [rolcanlogin, rolinherit])).toEqual([
      [true, false],
      [true, false],
    ])
    expect(await superuser('select distinct setconfig from pg_db_role_setting')).toEqual([
      { setconfig: ['statement_timeout=30s', 'TimeZone=UTC'] },
    ])
  })

  it.each([
    ['no password', {}],
    ['one password', { parley_app: APP }],
  ])('with %s: an error names both variables and how to make one, and nothing is changed', async (_, passwords) => {
    const failure = String(await ensure(passwords).catch(String))
    for (const part of ['PARLEY_APP_PASSWORD', 'PARLEY_SYSTEM_PASSWORD', 'openssl rand', 'Nothing was changed']) {
      expect(failure).toContain(part)
    }
    expect(failure).not.toContain(APP)
    expect(await roles()).toEqual([])
  })

  it('get the passwords for new ones where none are given', async () => {
    await ensure({ parley_app: OTHER }, both)
    const { parley_app, parley_system } = await verifiers()
    expect([isVerifierOf(parley_app, OTHER), isVerifierOf(parley_system, SYSTEM)]).toEqual([true, true])
  })
})

describe('Roles that exist', () => {
  it('keep their passwords without a variable, whatever new ones would get', async () => {
    await ensure(both)
    const before = await verifiers()
    await ensure({}, { parley_app: OTHER, parley_system: OTHER })
    expect(await verifiers()).toEqual(before)
  })

  it('change the password whose variable is set, and no other', async () => {
    await ensure(both)
    const before = await verifiers()
    await ensure({ parley_app: OTHER })
    const { parley_app, parley_system } = await verifiers()
    expect(isVerifierOf(parley_app, OTHER)).toBe(true)
    expect(parley_system).toBe(before['parley_system'])
  })

  it('get all their settings, and lose what they have too much', async () => {
    await ensure(both)
    const before = await roles()
    await superuser(`alter role the_owner createdb;
      alter role parley_app nologin inherit createrole createdb valid until '2001-01-01'; alter role parley_app reset all;
      alter role parley_system inherit; alter role parley_system set statement_timeout = 0`)
    await ensure({})
    expect(await superuser('select distinct setconfig from pg_db_role_setting')).toHaveLength(1)
    expect(await roles()).toEqual(
      before.map((role) => (role['rolname'] === 'parley_app' ? { ...role, rolvaliduntil: Infinity } : role)),
    )
    await superuser('alter role the_owner nocreatedb')
  })

  it('are left alone as they are, by an owner who may not change them', async () => {
    await ensure(both)
    await superuser(
      'create role another_owner login createrole; grant parley_system to another_owner with inherit false',
    )
    await as('another_owner', (owner) => ensureRoles(owner, {}))
  })

  it('of somebody else: an error says what its maker has to grant', async () => {
    await superuser('create role parley_app login noinherit; create role parley_system login noinherit')
    const failure = String(await ensure({}).catch(String))
    expect(failure).toContain('permission denied')
    expect(failure).toContain('GRANT parley_app, parley_system TO … WITH ADMIN TRUE')
    expect(failure).toContain('Nothing was changed')
  })
})

describe('A role is refused, with the reason,', () => {
  it.each([
    ['has SUPERUSER', 'alter role parley_app superuser'],
    ['has BYPASSRLS', 'alter role parley_app bypassrls'],
    ['has REPLICATION', 'alter role parley_app replication'],
    [
      'is a member of console_superuser, which has BYPASSRLS',
      'create role console_superuser bypassrls; grant console_superuser to parley_app with inherit true',
    ],
    [
      // Its own NOINHERIT does not help where the membership says otherwise.
      'is a member of far, which has BYPASSRLS',
      `create role far bypassrls; create role middle in role far; create role near in role middle;
       grant near to parley_app with inherit true, set false`,
    ],
    [
      'is a member of far, which has SUPERUSER',
      'create role far superuser; create role near in role far; grant near to parley_app with inherit false, set true',
    ],
    [
      'is a member of far, which has BYPASSRLS',
      'create role far bypassrls; grant far to parley_app with admin true, inherit false, set false',
    ],
    ['is a member of the_owner, which owns the tables', 'grant the_owner to parley_app with inherit false, set true'],
    ['is a member of parley_system, whose rights', 'grant parley_system to parley_app with set true'],
    ['is a member of pg_read_all_data, whose rights', 'grant pg_read_all_data to parley_app'],
  ])('that %s', async (reason, setUp) => {
    await superuser(`create role parley_app login noinherit; create role parley_system login noinherit; ${setUp}`)
    const before = await roles()
    const failure = String(await ensure({ parley_app: OTHER, parley_system: OTHER }).catch(String))
    expect(failure).toContain(`The role parley_app ${reason}`)
    expect(failure).toContain('Nothing was changed')
    expect(await roles()).toEqual(before)
  })
})

describe('A password', () => {
  it('is in no statement, and in nothing that an error says', async () => {
    const statements: string[] = []
    await ensure(both)
    await superuser('revoke admin option for parley_app from the_owner granted by postgres')
    const failure: unknown = await as('the_owner', (owner) => {
      const query = owner.query.bind(owner) as (...args: unknown[]) => unknown
      owner.query = ((text: string, ...rest: unknown[]) => {
        statements.push(text)
        return query(text, ...rest)
      }) as typeof owner.query
      return ensureRoles(owner, { parley_app: OTHER })
    }).catch((error: unknown) => error)
    expect(String(failure)).toContain('permission denied to alter role')
    expect(statements.length).toBeGreaterThan(3)
    expect(statements.join('\n')).not.toContain(OTHER)
    expect(allOf(failure)).not.toContain(OTHER)
  })

  it.each(['', undefined])('that is %j is none', (value) => {
    expect(passwordsFrom({ PARLEY_APP_PASSWORD: value, PARLEY_SYSTEM_PASSWORD: SYSTEM })).toEqual({
      parley_system: SYSTEM,
    })
  })

  it.each([
    'secret',
    'tr0ub4dor',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'abcdefghijklmnopqrstuvwxyz',
    'a1a1a1a1a1a1a1a1a1a1',
  ])('with fewer than 60 bits is refused, and not repeated: %s', (weak) => {
    const refusal = vi.fn(() => passwordsFrom({ PARLEY_SYSTEM_PASSWORD: weak }))
    expect(refusal).toThrow(/^PARLEY_SYSTEM_PASSWORD is too easy to guess: it needs at least 60 bits.*openssl rand/)
    expect(refusal).not.toThrow(weak)
  })

  it.each(['f2b1c6d09e7a4583 f2b1c6d09e7a4583', 'f2b1c6d09e7a4583é2b1c6d09e7a4583'])(
    'of other characters than printable ASCII is refused: %s',
    (odd) => {
      expect(() => passwordsFrom({ PARLEY_APP_PASSWORD: odd })).toThrow(
        /^PARLEY_APP_PASSWORD must be of printable ASCII/,
      )
    },
  )
})
