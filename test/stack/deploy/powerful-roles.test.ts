import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'

vi.setConfig({ hookTimeout: 60_000 })

const PASSWORD = '7c3e9b5d1f6a80427c3e9b5d1f6a8042'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())
afterEach(() => cluster.reset())

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
    await cluster.superuser(
      `create role parley_app login noinherit; create role parley_system login noinherit; ${setUp}`,
    )
    const before = await cluster.roles()
    const failure = String(await cluster.ensure({ parley_app: PASSWORD, parley_system: PASSWORD }).catch(String))
    expect(failure).toContain(`The role parley_app ${reason}`)
    expect(failure).toContain('Nothing was changed')
    expect(await cluster.roles()).toEqual(before)
  })
})
