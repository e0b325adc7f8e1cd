import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ensureRoles } from '../../../dev/roles.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { isVerifierOf } from './scram.ts'

vi.setConfig({ hookTimeout: 60_000 })

const APP = 'f2b1c6d09e7a4583f2b1c6d09e7a4583'
const SYSTEM = '0d9a8c7b6e5f41320d9a8c7b6e5f4132'
const OTHER = '7c3e9b5d1f6a80427c3e9b5d1f6a8042'
const both = { parley_app: APP, parley_system: SYSTEM }

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())
afterEach(() => cluster.reset())

/** All that an error says, in any of its fields. */
const allOf = (error: unknown): string =>
  error instanceof Error ? JSON.stringify(Object.getOwnPropertyDescriptors(error)) + allOf(error.cause) : String(error)

describe('Roles that do not exist', () => {
  it('are made with the passwords that are given, and with their settings', async () => {
    await cluster.ensure(both)
    const made = await cluster.roles()
    expect(made.map(({ rolname }) => rolname)).toEqual(['parley_app', 'parley_system'])
    expect(made.map(({ rolpassword }) => [APP, SYSTEM].map((each) => isVerifierOf(rolpassword, each)))).toEqual([
      [true, false],
      [false, true],
    ])
    expect(made.map(({ rolcanlogin, rolinherit }) => [rolcanlogin, rolinherit])).toEqual([
      [true, false],
      [true, false],
    ])
    expect(await cluster.superuser('select distinct setconfig from pg_db_role_setting')).toEqual([
      { setconfig: ['statement_timeout=30s', 'idle_in_transaction_session_timeout=30s', 'TimeZone=UTC'] },
    ])
  })

  it.each([
    ['no password', {}],
    ['one password', { parley_app: APP }],
  ])('with %s: an error names both variables and how to make one, and nothing is changed', async (_, passwords) => {
    const failure = String(await cluster.ensure(passwords).catch(String))
    for (const part of ['PARLEY_APP_PASSWORD', 'PARLEY_SYSTEM_PASSWORD', 'openssl rand', 'Nothing was changed']) {
      expect(failure).toContain(part)
    }
    expect(failure).not.toContain(APP)
    expect(await cluster.roles()).toEqual([])
  })

  it('get the passwords for new ones where none are given', async () => {
    await cluster.ensure({ parley_app: OTHER }, both)
    const { parley_app, parley_system } = await cluster.verifiers()
    expect([isVerifierOf(parley_app, OTHER), isVerifierOf(parley_system, SYSTEM)]).toEqual([true, true])
  })
})

describe('Roles that exist', () => {
  it('keep their passwords without a variable, whatever new ones would get', async () => {
    await cluster.ensure(both)
    const before = await cluster.verifiers()
    await cluster.ensure({}, { parley_app: OTHER, parley_system: OTHER })
    expect(await cluster.verifiers()).toEqual(before)
  })

  it('change the password whose variable is set, and no other', async () => {
    await cluster.ensure(both)
    const before = await cluster.verifiers()
    await cluster.ensure({ parley_app: OTHER })
    const { parley_app, parley_system } = await cluster.verifiers()
    expect(isVerifierOf(parley_app, OTHER)).toBe(true)
    expect(parley_system).toBe(before['parley_system'])
  })

  it('get all their settings, and lose what they have too much', async () => {
    await cluster.ensure(both)
    const before = await cluster.roles()
    await cluster.superuser(`alter role the_owner createdb;
      alter role parley_app nologin inherit createrole createdb valid until '2001-01-01'; alter role parley_app reset all;
      alter role parley_system inherit; alter role parley_system set statement_timeout = 0;
      alter role parley_system set search_path = elsewhere;
      do $$ begin execute format('alter role parley_app in database %I set statement_timeout = 0', current_database()); end $$`)
    await cluster.ensure({})
    expect(await cluster.superuser('select distinct setconfig from pg_db_role_setting')).toHaveLength(1)
    expect(await cluster.roles()).toEqual(
      before.map((role) => (role['rolname'] === 'parley_app' ? { ...role, rolvaliduntil: Infinity } : role)),
    )
    await cluster.superuser('alter role the_owner nocreatedb')
  })

  it('are left alone as they are, by an owner who may not change them', async () => {
    await cluster.ensure(both)
    await cluster.superuser(
      'create role another_owner login createrole; grant parley_system to another_owner with inherit false',
    )
    await cluster.as('another_owner', (owner) => ensureRoles(owner, {}))
  })

  it('of somebody else: an error says what its maker has to grant', async () => {
    await cluster.superuser('create role parley_app login noinherit; create role parley_system login noinherit')
    const failure = String(await cluster.ensure({}).catch(String))
    expect(failure).toContain('permission denied')
    expect(failure).toContain('GRANT parley_app, parley_system TO … WITH ADMIN TRUE')
    expect(failure).toContain('Nothing was changed')
  })
})

it('A password is in no statement, and in nothing that an error says', async () => {
  const statements: string[] = []
  await cluster.ensure(both)
  await cluster.superuser('revoke admin option for parley_app from the_owner granted by postgres')
  const failure: unknown = await cluster
    .as('the_owner', (owner) => {
      const query = owner.query.bind(owner) as (...args: unknown[]) => unknown
      owner.query = ((text: string, ...rest: unknown[]) => {
        statements.push(text)
        return query(text, ...rest)
      }) as typeof owner.query
      return ensureRoles(owner, { parley_app: OTHER })
    })
    .catch((error: unknown) => error)
  expect(String(failure)).toContain('permission denied to alter role')
  expect(statements.length).toBeGreaterThan(3)
  expect(statements.join('\n')).not.toContain(OTHER)
  expect(allOf(failure)).not.toContain(OTHER)
})
