import { randomBytes } from 'node:crypto'
import type { Client } from 'pg'
import { connected, serverLabel } from './connect.ts'
import { tryLogins } from './logins.ts'
import { applyMigrations, refuseOtherVersions } from './migrate.ts'
import type { Upstream } from './neon/session.ts'
import { createOwner, OWNER, prepareDatabase } from './owner.ts'
import { localPasswords, type Passwords, passwordsFrom, unknownPasswords } from './passwords.ts'
import { startPglite } from './pglite.ts'
import { ensureRoles } from './roles.ts'

export { connected, serverLabel } from './connect.ts'

/** A migrated database, ready to stand behind the Neon endpoint. */
export interface LocalDatabase {
  /** How many migrations it lacked. */
  applied: number
  /** What it is, for people: `PGlite in .parley/postgres`. */
  label: string
  name: string
  upstream: Upstream
  /** Of the Worker's roles, where the server asks for them. */
  passwords: Passwords
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
    await connected(url, async (superuser) => {
      await createOwner(superuser)
      await prepareDatabase(superuser, 'postgres')
    })
    return {
      label: dataDir === undefined ? 'PGlite in memory' : `PGlite in ${dataDir}`,
      applied: await asOwner(async (owner) => {
        await refuseOtherVersions(owner).catch((error: Error) => {
          throw dataDir === undefined ? error : new Error(`${error.message} The data is in ${dataDir}: move it away.`)
        })
        await ensureRoles(owner, {}, unknownPasswords())
        return migrate(owner)
      }),
      name: 'postgres',
      upstream: { host: pglite.host, port: pglite.port, singleSession: true },
      passwords: {},
      asOwner,
      close: () => pglite.close(),
    }
  } catch (error) {
    await pglite.close()
    throw error
  }
}

/**
 * A database on a real server, migrated as the owner that `url` names. The Worker's roles may serve others there: their passwords
 * change only where PARLEY_APP_PASSWORD and PARLEY_SYSTEM_PASSWORD say so.
 */
export function openServer(url: string, migrate: Migrate = applyMigrations): Promise<LocalDatabase> {
  return connected(url, async (owner) => {
    const given = passwordsFrom(process.env)
    const passwords = { ...localPasswords(owner.password), ...given }
    await refuseOtherVersions(owner)
    await ensureRoles(owner, given, { ...unknownPasswords(), ...passwords })
    await tryLogins(url, passwords)
    const applied = await migrate(owner)
    return {
      label: serverLabel(owner),
      applied,
      name: owner.database ?? 'postgres',
      upstream: { host: owner.host, port: owner.port, ssl: owner.ssl },
      passwords,
      asOwner: (work) => connected(url, work),
      close: () => Promise.resolve(),
    }
  })
}

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
    await superuser.query(`create database ${name}`)
  })
  const drop = async () =>
    void (await connected(url, (superuser) => superuser.query(`drop database if exists ${name} with (force)`)))
  try {
    await connected(inside.href, (superuser) => prepareDatabase(superuser, name))
    const owned = new URL(inside)
    owned.username = OWNER
    return { ...(await openServer(owned.href, migrate)), close: drop }
  } catch (error) {
    await drop()
    throw error
  }
}
