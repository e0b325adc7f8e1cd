import { setTimeout as delay } from 'node:timers/promises'
import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from 'pg'
import { describeFailure } from './failure.ts'
import { HOW_TO_MAKE_ONE, type Passwords, WORKER_ROLES, type WorkerRole } from './passwords.ts'
import { refusePowerful } from './powerful-roles.ts'

const SETTINGS = { statement_timeout: '30s', idle_in_transaction_session_timeout: '30s', TimeZone: 'UTC' }

/**
 * Makes the Worker's roles, or gives those that exist all that they need, in one transaction. Rejects, and changes nothing,
 * where a role lacks a password or row-level security would not hold for it.
 *
 * @param owner logged in as the role that will own the tables
 * @param passwords the roles get these, whether they exist or not
 * @param forNew for a role that is made now and has none of the above; one that exists keeps its own
 */
export async function ensureRoles(owner: Client, passwords: Passwords, forNew: Passwords = {}): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryToEnsure(owner, passwords, forNew)
    } catch (error) {
      if (attempt === ATTEMPTS || !isRace(error)) throw error
      await delay(Math.random() * 100 * attempt)
    }
  }
}

/** Roles belong to the whole cluster: another of its databases may be migrated at this moment. */
const ATTEMPTS = 10
const RACES = new Set(['23505', '42710', '40P01'])
export const isRace = (error: unknown): boolean =>
  error instanceof DatabaseError && (RACES.has(error.code ?? '') || error.message.includes('concurrently updated'))

async function tryToEnsure(owner: Client, passwords: Passwords, forNew: Passwords): Promise<void> {
  const changes = await changesToRoles(owner)
  const withoutPassword = WORKER_ROLES.filter((role) => !changes.has(role) && !(passwords[role] ?? forNew[role]))
  if (withoutPassword.length > 0) throw new Error(passwordsMissing(withoutPassword))
  for (const role of changes.keys()) await refusePowerful(owner, role)

  await owner.query('begin')
  try {
    for (const role of WORKER_ROLES) {
      const missing = changes.get(role)
      const password = missing ? passwords[role] : (passwords[role] ?? forNew[role])
      for (const change of missing ?? CREATE) await owner.query(change(role))
      if (password !== undefined) await setPassword(owner, role, password)
    }
    // `app.keyword_search` belongs to this role: the owner has to become it for a moment.
    if (!(await mayBecome(owner, 'parley_system'))) {
      await owner.query('grant parley_system to current_user with inherit false, set true')
    }
    // Neon looks here whether each new role has a password.
    await owner.query('commit')
  } catch (error) {
    await owner.query('rollback').catch(() => undefined)
    throw isDenied(error) ? new Error(notAllowed(error), { cause: error }) : error
  }
}

const isDenied = (error: unknown): error is DatabaseError => error instanceof DatabaseError && error.code === '42501'
const notAllowed = (error: DatabaseError): string =>
  `${describeFailure(error)}\nThe owner needs CREATEROLE. If another role created them, it must let the owner manage them: ` +
  `GRANT ${WORKER_ROLES.join(', ')} TO … WITH ADMIN TRUE, INHERIT FALSE. Nothing was changed.`

/** Writes a statement about a role. */
type Change = (role: string) => string

const setting = (name: string, value: string): Change => {
  return (role) => `alter role ${role} set ${escapeIdentifier(name)} = ${escapeLiteral(value)}`
}
const CREATE: readonly Change[] = [
  (role) => `create role ${role} login noinherit`,
  ...Object.entries(SETTINGS).map(([name, value]) => setting(name, value)),
]

/** Those of the Worker's roles that the server has, and what each lacks. */
async function changesToRoles(owner: Client): Promise<Map<WorkerRole, Change[]>> {
  const { rows } = await owner.query<{ role: WorkerRole; options: string; config: string[]; database: string | null }>(
    // Only what is not as it should be: to name an attribute takes rights over it.
    `select rolname as role, coalesce(rolconfig, '{}') as config, (
         select quote_ident(current_database()) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
         where s.setrole = r.oid and d.datname = current_database()) as database, concat_ws(' ',
       case when not rolcanlogin then 'login' end,
       case when rolinherit then 'noinherit' end,
       case when rolcreatedb then 'nocreatedb' end,
       case when rolcreaterole then 'nocreaterole' end,
       case when rolvaliduntil < 'infinity' then 'valid until ''infinity''' end) as options
     from pg_roles r where rolname = any ($1)`,
    [WORKER_ROLES],
  )
  return new Map(
    rows.map(({ role, options, config, database }) => {
      const wanted = Object.entries(SETTINGS).map(([name, value]) => `${name}=${value}`)
      // A role may change its own settings: what was not made here goes.
      const isStrange = config.some((setting) => !wanted.includes(setting))
      const lacking = Object.entries(SETTINGS).filter((_, i) => isStrange || !config.includes(wanted[i] ?? ''))
      const changes: Change[] = [
        ...(options ? [(name: string) => `alter role ${name} ${options}`] : []),
        ...(database ? [(name: string) => `alter role ${name} in database ${database} reset all`] : []),
        ...(isStrange ? [(name: string) => `alter role ${name} reset all`] : []),
        ...lacking.map(([name, value]) => setting(name, value)),
      ]
      return [role, changes]
    }),
  )
}

async function mayBecome(owner: Client, role: string): Promise<boolean> {
  const { rows } = await owner.query<{ may: boolean }>(`select pg_has_role(current_user, $1, 'SET') as may`, [role])
  return rows[0]?.may ?? false
}

/**
 * Sets a role's password; inside a transaction. As text, since Neon takes no hash of it, but as a parameter, and in a block that
 * passes errors on without their statement: what fails is written to the server's log, and so is DDL where it is logged.
 */
export async function setPassword(client: Client, role: string, password: string): Promise<void> {
  await client.query(`select set_config('parley.password', $1, true)`, [password])
  await client.query(`do $$
    declare message text; detail text; hint text;
    begin
      execute format('alter role %I password %L', ${escapeLiteral(role)}, current_setting('parley.password'));
    exception when others then
      get stacked diagnostics message = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
      raise exception using errcode = sqlstate, message = message, detail = detail, hint = hint;
    end $$`)
  await client.query(`select set_config('parley.password', '', true)`)
}

const passwordsMissing = (roles: readonly string[]): string =>
  `The server has no role ${roles.join(' and no role ')} yet, and making one takes a password: set PARLEY_APP_PASSWORD and ` +
  `PARLEY_SYSTEM_PASSWORD, a different one each. ${HOW_TO_MAKE_ONE}. Nothing was changed.`
