import { type Client, escapeIdentifier } from 'pg'
import { WORKER_ROLES } from './passwords.ts'
import { isRace, setPassword } from './roles.ts'

/** Owns the tables where the local stack makes the database itself; no superuser, as on Neon. */
export const OWNER = 'parley_owner'

/** What a hosting provider has done before one gets a database: it has its owner, and the extension. */
export async function prepareDatabase(superuser: Client, database: string): Promise<void> {
  await superuser.query(`alter database ${escapeIdentifier(database)} owner to ${OWNER}`)
  await superuser.query('set client_min_messages = warning; create extension if not exists vector')
}

/** The owner, with the superuser's password and the right to manage the Worker's roles, even those that another role has made. */
export async function createOwner(superuser: Client): Promise<void> {
  const role = await superuser.query('select from pg_roles where rolname = $1', [OWNER])
  if (role.rowCount === 0) await superuser.query(`create role ${OWNER} login createrole`).catch(unlessRace)
  const { rows } = await superuser.query<{ name: string }>(
    `select rolname as name from pg_roles
     where rolname = any ($1) and not pg_has_role($2, oid, 'MEMBER WITH ADMIN OPTION')`,
    [WORKER_ROLES, OWNER],
  )
  for (const { name } of rows) {
    await superuser.query(`grant ${name} to ${OWNER} with admin true, inherit false`).catch(unlessRace)
  }
  if (superuser.password) await sharePassword(superuser, superuser.password)
}

async function sharePassword(superuser: Client, password: string): Promise<void> {
  await superuser.query('begin')
  try {
    await setPassword(superuser, OWNER, password)
    await superuser.query('commit')
  } catch (error) {
    await superuser.query('rollback')
    unlessRace(error)
  }
}

/** Test files run at the same time, and want the same of the role: it does not matter which of them did it. */
function unlessRace(error: unknown): void {
  if (!isRace(error)) throw error
}
