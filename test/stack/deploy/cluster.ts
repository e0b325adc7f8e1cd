import type { Client } from 'pg'
import { connected } from '../../../dev/connect.ts'
import { inject } from 'vitest'
import { ensureRoles } from '../../../dev/roles.ts'
import type {} from '../../provided.ts'
import { startBare } from '../../setup/copies.ts'

/** The embedded Postgres, with an owner and without the Worker's roles. Roles belong to a whole cluster: nobody else uses this one. */
export interface Cluster {
  as<T>(role: string, work: (client: Client) => Promise<T>): Promise<T>
  superuser(text: string): Promise<Record<string, unknown>[]>
  /** `ensureRoles` as the owner. */
  ensure(...passwords: Parameters<typeof ensureRoles> extends [Client, ...infer Rest] ? Rest : never): Promise<void>
  /** The Worker's roles, as the catalog has them. */
  roles(): Promise<Record<string, unknown>[]>
  /** What it keeps of their passwords. */
  verifiers(): Promise<Record<string, unknown>>
  /** Drops all roles but the owner. */
  reset(): Promise<void>
  close(): Promise<void>
}

export const OWNER = 'the_owner'

export async function startCluster(): Promise<Cluster> {
  const pglite = await startBare(inject('templates'))
  const as: Cluster['as'] = (role, work) =>
    connected(`postgres://postgres@${pglite.host}:${pglite.port}/postgres`, async (client) => {
      await client.query(`set session authorization ${role}`)
      try {
        return await work(client)
      } finally {
        await client.query('set session authorization postgres')
      }
    })
  const superuser: Cluster['superuser'] = (text) =>
    as('postgres', async (client) => (await client.query<Record<string, unknown>>(text)).rows)
  const roles = () => superuser(`select * from pg_authid where rolname ~ '^parley_' order by rolname`)
  await superuser(`create role ${OWNER} login createrole`)
  return {
    as,
    superuser,
    roles,
    ensure: (...passwords) => as(OWNER, (owner) => ensureRoles(owner, ...passwords)),
    verifiers: async () =>
      Object.fromEntries((await roles()).map(({ rolname, rolpassword }) => [String(rolname), rolpassword])),
    reset: async () => {
      const made = await superuser(`select rolname from pg_roles where oid > 16384 and rolname <> '${OWNER}'`)
      if (made.length > 0) await superuser(`drop role ${made.map(({ rolname }) => String(rolname)).join()}`)
    },
    close: () => pglite.close(),
  }
}
