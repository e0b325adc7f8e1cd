import { randomBytes } from 'node:crypto'
import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import { applyMigrations } from './migrate.ts'
import type { Upstream } from './neon/session.ts'
import { startPglite } from './pglite.ts'

/** The roles that the Worker logs in as. */
const WORKER_ROLES = ['parley_app', 'parley_system']
/** Owns the tables where the local stack makes the database itself; no superuser, as on Neon. */
const OWNER = 'parley_owner'

/** A migrated database, ready to stand behind the Neon endpoint. */
export interface LocalDatabase {
  /** What it is, for people: `PGlite in .parley/postgres`. */
  label: string
  name: string
  upstream: Upstream
  /** Of the Worker's roles, where the server asks for one. */
  password: string | undefined
  close(): Promise<void>
}

/** The embedded Postgres, kept in `dataDir`, or in memory without one. */
export async function openPglite(dataDir?: string): Promise<LocalDatabase> {
  const pglite = await startPglite(dataDir === undefined ? {} : { dataDir })
  try {
    const superuser = new Client({ host: pglite.host, port: pglite.port, user: 'postgres', database: 'postgres' })
    await superuser.connect()
    await prepareServer(superuser, 'postgres')
    await superuser.query(`set session authorization ${OWNER}`)
    await applyMigrations(superuser)
    await superuser.query('set session authorization postgres')
    await superuser.end()
  } catch (error) {
    await pglite.close()
    throw error
  }
  return {
    label: dataDir === undefined ? 'PGlite in memory' : `PGlite in ${dataDir}`,
    name: 'postgres',
    upstream: { host: pglite.host, port: pglite.port, singleSession: true },
    password: undefined,
    close: () => pglite.close(),
  }
}

/** A database on a real server, migrated as the owner that `url` names. */
export async function openServer(url: string): Promise<LocalDatabase> {
  const owner = new Client({ connectionString: url })
  await owner.connect()
  try {
    await applyMigrations(owner)
    if (owner.password) await sharePassword(owner, owner.password)
  } finally {
    await owner.end()
  }
  return {
    label: `${owner.host}:${owner.port}/${owner.database}`,
    name: owner.database ?? 'postgres',
    upstream: { host: owner.host, port: owner.port },
    password: owner.password ?? undefined,
    close: () => Promise.resolve(),
  }
}

/**
 * A database of its own on the server of `url`, owned by a role that is no superuser, dropped when closed: for tests
 * and benchmarks. `url` names a superuser.
 */
export async function openScratch(url: string): Promise<LocalDatabase> {
  const name = `parley_${randomBytes(6).toString('hex')}`
  await asSuperuser(url, undefined, async (superuser) => {
    await createOwner(superuser)
    if (superuser.password) await setPassword(superuser, OWNER, superuser.password)
    await superuser.query(`create database ${name} owner ${OWNER}`)
  })
  await asSuperuser(url, name, (superuser) => prepareServer(superuser, name))
  const owned = new URL(url)
  owned.username = OWNER
  owned.pathname = `/${name}`
  const database = await openServer(owned.href)
  const drop = () =>
    asSuperuser(url, undefined, (superuser) => superuser.query(`drop database if exists ${name} with (force)`))
  return { ...database, close: async () => void (await drop()) }
}

async function asSuperuser<T>(url: string, database: string | undefined, work: (superuser: Client) => Promise<T>) {
  const target = new URL(url)
  if (database !== undefined) target.pathname = `/${database}`
  const superuser = new Client({ connectionString: target.href })
  await superuser.connect()
  try {
    return await work(superuser)
  } finally {
    await superuser.end()
  }
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

/** Locally the Worker's roles get the owner's password: one to know, and none in a file. */
async function sharePassword(owner: Client, password: string): Promise<void> {
  for (const role of WORKER_ROLES) await setPassword(owner, role, password)
}

const setPassword = (client: Client, role: string, password: string) =>
  client.query(`alter role ${escapeIdentifier(role)} password ${escapeLiteral(password)}`)
