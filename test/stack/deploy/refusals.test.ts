import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { server } from '../migrations/open.ts'
import { migrate, stateOf } from './migrating.ts'
import { rebuildNeon, type RebuiltNeon } from './neon.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const PARLEY_APP_PASSWORD = 'f2b1c6d09e7a4583f2b1c6d09e7a4583'
const PARLEY_SYSTEM_PASSWORD = '0d9a8c7b6e5f41320d9a8c7b6e5f4132'
const variables = { PARLEY_APP_PASSWORD, PARLEY_SYSTEM_PASSWORD }

describe.skipIf(!server)('npm run db:migrate refuses, and changes nothing:', () => {
  let neon: RebuiltNeon
  beforeEach(async () => {
    neon = await rebuildNeon(server ?? '')
  })
  afterEach(() => neon.close())
  const superuser = (text: string) => neon.asSuperuser((client) => client.query(text))

  async function expectRefusal(expected: RegExp, url = neon.ownerUrl, more: Record<string, string> = {}) {
    const before = await stateOf(neon)
    const { code, stdout, stderr } = await migrate({ ...neon, ownerUrl: url }, { ...variables, ...more })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    for (const secret of [...Object.values({ ...variables, ...more }), new URL(url).password]) {
      expect(stderr).not.toContain(secret)
    }
    expect(await stateOf(neon)).toEqual(before)
  }

  it('a pooler’s host, and names the direct one', async () => {
    const pooler = neon.ownerUrl.replace(/@([^.]+)/, '@$1-pooler')
    await expectRefusal(/^ep-cool-rain-\w+-pooler\.\S+ is a pooler\. .*direct host, ep-cool-rain-\w+\.eu-/, pooler)
  })

  it('a database that the migrations before the baseline have made', async () => {
    await neon.asOwner((owner) =>
      owner.query(`create schema drizzle; create schema app; create table users (id uuid);
        create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
        insert into drizzle.__drizzle_migrations (hash, created_at) values ('e3b0c442', 1760000000000)`),
    )
    await expectRefusal(/migrated by another version of Parley.*replaced by one baseline\. Nothing was changed\./)
  })

  it('a database that something else has filled', async () => {
    await neon.asOwner((owner) => owner.query('create table conversations (id int)'))
    await expectRefusal(/has the table "conversations", which no migration of Parley has made\. Nothing was changed\./)
  })

  it('a role of Neon’s console, which bypasses row-level security', async () => {
    await superuser(`create role ${neon.nameOf('parley_system')} login createrole createdb replication bypassrls
      password 'x' in role ${neon.group}`)
    await expectRefusal(
      /^The role parley_system has BYPASSRLS.* Neon's console .*DROP ROLE parley_system.*Nothing was changed\./,
    )
  })

  it('a role that inherits from Neon’s group of superusers', async () => {
    await superuser(`create role ${neon.nameOf('parley_app')} login password 'x' in role ${neon.group}`)
    await expectRefusal(/^The role parley_app is a member of neon_superuser_\w+, which has BYPASSRLS/)
  })

  it('the Worker’s own role', async () => {
    await superuser(`create role ${neon.nameOf('parley_app')} login password '${PARLEY_APP_PASSWORD}'`)
    const url = new URL(neon.ownerUrl)
    url.username = 'parley_app'
    url.password = PARLEY_APP_PASSWORD
    await expectRefusal(/^parley_app is the Worker's role\. Migrate as the owner/, url.href)
  })

  it('a password that is easy to guess', async () => {
    await expectRefusal(/^PARLEY_APP_PASSWORD is too easy to guess/, neon.ownerUrl, { PARLEY_APP_PASSWORD: 'sesame22' })
  })
})
