import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readMigrations } from '../../../dev/migrations.ts'
import type { WorkerRole } from '../../../dev/passwords.ts'
import { server } from '../migrations/open.ts'
import { databaseStep, migrate, stateOf } from './migrating.ts'
import { rebuildNeon, type RebuiltNeon } from './neon.ts'
import { isVerifierOf } from './scram.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const OTHER = '7c3e9b5d1f6a80427c3e9b5d1f6a8042'

// The tests of this suite follow each other, as the steps do.
describe.skipIf(!server)('The README’s deploy steps, on a rebuilt Neon,', () => {
  let neon: RebuiltNeon
  let passwords: Record<WorkerRole, string>
  beforeAll(async () => {
    neon = await rebuildNeon(server ?? '')
  })
  afterAll(() => neon.close())

  it('without the variables are refused: an error names both, and nothing is changed', async () => {
    const before = await stateOf(neon)
    const { code, stdout, stderr } = await migrate(neon)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      /PARLEY_APP_PASSWORD and PARLEY_SYSTEM_PASSWORD.*openssl rand -hex 24\. Nothing was changed\.\n$/,
    )
    expect(await stateOf(neon)).toEqual(before)
  })

  it('migrate as they stand, and say nothing of the passwords', async () => {
    const { code, stdout, stderr } = await databaseStep(neon)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [parley_app = '', parley_system = ''] = stdout.trim().split('\n').slice(-2)
    passwords = { parley_app, parley_system }
    const said = stdout.slice(0, -`${parley_app}\n${parley_system}\n`.length)
    expect(said.trim()).toMatch(new RegExp(`/${neon.database}: ${(await readMigrations()).length} migrations applied$`))
    for (const secret of [parley_app, parley_system, new URL(neon.ownerUrl).password]) {
      expect(secret.length).toBeGreaterThan(30)
      expect(said).not.toContain(secret)
    }
  })

  it('make roles with these passwords, and without a power or a membership', async () => {
    const { roles } = await stateOf(neon)
    const given = [passwords.parley_app, passwords.parley_system]
    expect(roles.map(({ rolpassword }, i) => isVerifierOf(rolpassword, given[i] ?? ''))).toEqual([true, true])
    const powers = 'rolsuper rolbypassrls rolreplication rolcreaterole rolcreatedb rolinherit'.split(' ')
    expect(roles.map((role) => powers.filter((power) => role[power]))).toEqual([[], []])
    const { rows } = await neon.asSuperuser((superuser) =>
      superuser.query('select roleid::regrole from pg_auth_members where member = any ($1)', [
        roles.map(({ oid }) => oid),
      ]),
    )
    expect(rows).toEqual([])
  })

  it('a second time, without the variables, change nothing', async () => {
    const before = await stateOf(neon)
    const { code, stdout, stderr } = await migrate(neon)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/: up to date\n$/)
    expect(await stateOf(neon)).toEqual(before)
  })

  it('with one variable change that password, and no other', async () => {
    const [, before] = (await stateOf(neon)).roles
    expect((await migrate(neon, { PARLEY_APP_PASSWORD: OTHER })).code).toBe(0)
    const [app, system] = (await stateOf(neon)).roles
    expect(isVerifierOf(app?.['rolpassword'], OTHER)).toBe(true)
    expect(system).toEqual(before)
  })
})
