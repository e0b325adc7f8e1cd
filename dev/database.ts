import { randomBytes } from 'node:crypto'
import { type Client, escapeIdentifier, escapeLiteral } from 'pg'
import { connected } from './connect.ts'
import { applyMigrations } from './migrate.ts'
import type { Upstream } from './neon/session.ts'
import { startPglite } from './pglite.ts'
import { ensureRoles, localPasswords } from './roles.ts'

export { connected } from './connect.ts'

/** Owns the tables where the local stack makes the database itself; no superuser, as on Neon. */
const OWNER = 'parley_owner'

/** A migrated database, ready to stand behind the Neon endpoint. */
export interface LocalDatabase {
  /** How many migrations it lacked. */
  applied: number
  /** What it is, for people: `PGlite in .parley/postgres`. */
  label: string
  name: string
  upstream: Upstream
  /** Of the Worker's roles, where the server asks for one. */
  password: string | undefined
  /** Runs `work` on a connection of the tables' owner. PGlite's one session is the owner's meanwhile. */
  asOwner<T>(work: (owner: Client) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** What brings a database up to date; tests bring it to an older state. */
type Migrate = (owner: Client) => Promise<number>

/** The embedded Postgres, kept in `dataDir`, or in memory without one. */
export async function openPglite(dataDir?: string, migrate: Migrate = applyMigrations): Promise<LocalDatabase> {
  const pglite = await startPglite(dataDir === undefined ? {} : { dataDir })
  const url = `postgres://postgres@${pglite.host}:${pglite.port}/postgres`
  const asOwner: LocalDatabase['asOwner'] = (work) =>
    connected(url, async (session) => {
      await session.query(`set session authorization ${OWNER}`)
      try {
        return await work(session)
      } finally {
        await session.query('set session authorization postgres')
      }
    })
  try {
    await connected(url, (superuser) => prepareServer(superuser, 'postgres'))
    return {
      label: dataDir === undefined ? 'PGlite in memory' : `PGlite in ${dataDir}`,
      applied: await asOwner(async (owner) => {
        await ensureRoles(owner, localPasswords(null), { keepPasswords: true })
        return migrate(owner)
      }),
      name: 'postgres',
      upstream: { host: pglite.host, port: pglite.port, singleSession: true },
      password: undefined,
      asOwner,
      close: () => pglite.close(),
    }
  } catch (error) {
    await pglite.close()
    throw error
  }
}

/** A database on a real server, migrated as the owner that `url` names. */
export function openServer(url: string, migrate: Migrate = applyMigrations): Promise<LocalDatabase> {
  return connected(url, async (owner) => {
    const passwords = localPasswords(owner.password)
    await ensureRoles(owner, passwords, { keepPasswords: !owner.password })
    const applied = await migrate(owner)
    return {
      label: serverLabel(owner),
      applied,
      name: owner.database ?? 'postgres',
      upstream: { host: owner.host, port: owner.port },
      password: passwords.parley_app,
      asOwner: (work) => connected(url, work),
      close: () => Promise.resolve(),
    }
  })
}

/** What one may print of a server: `db.example.com:5432/parley`. */
export const serverLabel = ({ host, port, database }: Client): string => `${host}:${port}/${database}`

/**
 * A database of its own on the server of `url`, owned by a role that is no superuser, dropped when closed: for tests
 * and benchmarks. `url` names a superuser.
 */
export async function openScratch(url: string, migrate: Migrate = applyMigrations): Promise<LocalDatabase> {
  const name = `parley_${randomBytes(6).toString('hex')}`
  const inside = new URL(url)
  inside.pathname = `/${name}`
  await connected(url, async (superuser) => {
    await createOwner(superuser)
    if (superuser.password) await setPassword(superuser, OWNER, superuser.password)
    await superuser.query(`create database ${name} owner ${OWNER}`)
  })
  await connected(inside.href, (superuser) => prepareServer(superuser, name))
  const owned = new URL(inside)
  owned.username = OWNER
  const database = await openServer(owned.href, migrate)
  const drop = () => connected(url, (superuser) => superuser.query(`drop database if exists ${name} with (force)`))
  return { ...database, close: async () => void (await drop()) }
}

/** What a hosting provider has done before one gets a database: an owner, and the extension. */
async function prepareServer(superuser: Client, database: string): Promise<void> {
  await createOwner(superuser)
  await superuser.query(`alter database ${escapeIdentifier(database)} owner to ${OWNER}`)
  await superuser.query('set client_min_messages = warning; create extension if not exists vector')
}

async function createOwner(superuser: Client): Promise<void> {
  const role = await superuser.query('select from pg_roles where rolname = $1', [OWNER])
  if (role.rowCount === 0) await superuser.query(`create role ${OWNER} login createrole`)
}

const setPassword = (client: Client, role: string, password: string) =>
  client.query(`alter role ${escapeIdentifier(role)} password ${escapeLiteral(password)}`)
