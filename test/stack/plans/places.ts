import { type Client, escapeIdentifier } from 'pg'
import { inject } from 'vitest'
import { connected, type LocalDatabase, openScratch } from '../../../dev/database.ts'
import type {} from '../../provided.ts'
import { openMigrated } from '../../setup/copies.ts'

/** A migrated database of its own, which a test may enter as anybody. */
export interface Place extends LocalDatabase {
  /** Row-level security hides nothing from this one: to fill tables and to look things up. */
  asSuperuser<T>(work: (client: Client) => Promise<T>): Promise<T>
  /** On a connection that logged in as one of the Worker's roles. */
  as<T>(role: WorkerRole, work: (client: Client) => Promise<T>): Promise<T>
}

export type WorkerRole = 'parley_app' | 'parley_system'

const { DATABASE_URL } = process.env
/** The database that these tests run on: the server of DATABASE_URL when there is one, or PGlite. */
export const places: { name: string; embedded: boolean; open: () => Promise<Place> }[] = [
  DATABASE_URL
    ? { name: 'a server', embedded: false, open: () => openOnServer(DATABASE_URL) }
    : { name: 'PGlite', embedded: true, open: openEmbedded },
]

async function openEmbedded(): Promise<Place> {
  const database = await openMigrated(inject('templates'))
  const { host, port } = database.upstream
  // One session for all sockets: whoever comes has to say who they are.
  const as =
    (role: string): Place['asSuperuser'] =>
    (work) =>
      connected(`postgres://postgres@${host}:${port}/postgres`, async (client) => {
        await client.query(`set session authorization ${escapeIdentifier(role)}`)
        try {
          return await work(client)
        } finally {
          await client.query('set session authorization postgres')
        }
      })
  return { ...database, asSuperuser: as('postgres'), as: (role, work) => as(role)(work) }
}

async function openOnServer(url: string): Promise<Place> {
  const database = await openScratch(url)
  const inside = new URL(url)
  inside.pathname = `/${database.name}`
  return {
    ...database,
    asSuperuser: (work) => connected(inside.href, work),
    as: (role, work) => {
      const login = new URL(inside)
      login.username = role
      if (inside.password) login.password = database.passwords[role] ?? ''
      return connected(login.href, work)
    },
  }
}
