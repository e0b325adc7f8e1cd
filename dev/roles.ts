import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from 'pg'

/** The roles that the Worker logs in as, and the variable with the password of each. */
const ROLES = [
  { role: 'parley_app', variable: 'PARLEY_APP_PASSWORD' },
  { role: 'parley_system', variable: 'PARLEY_SYSTEM_PASSWORD' },
] as const

/** Of the Worker's roles; undefined leaves the password of a role that exists as it is. */
export type Passwords = { readonly [Role in (typeof ROLES)[number]['role']]?: string | undefined }

const SETTINGS = { statement_timeout: '30s', TimeZone: 'UTC' }
/** What Neon asks of a password. */
const LEAST_BITS = 60

/** The passwords that a deployment names in its environment. Throws where one is weak; never repeats it. */
export function passwordsFrom(env: Record<string, string | undefined>): Passwords {
  for (const { variable } of ROLES) {
    const password = env[variable]
    if (password !== undefined && bitsOf(password) < LEAST_BITS) {
      throw new Error(`${variable} is too easy to guess: it needs at least ${LEAST_BITS} bits. ${HOW_TO_MAKE_ONE}`)
    }
  }
  return Object.fromEntries(ROLES.map(({ role, variable }) => [role, env[variable]]))
}

/** The same password for both roles in every local stack that knows the owner's: none has to be kept in a file. */
export function localPasswords(ownerPassword: string | null | undefined): Passwords & { parley_app: string } {
  const password = createHmac('sha256', ownerPassword ?? '')
    .update('parley')
    .digest('base64url')
  return { parley_app: password, parley_system: password }
}

export interface RoleOptions {
  /** Roles that exist keep their passwords: this server asks for none, and other stacks use the same roles. */
  keepPasswords?: boolean
}

/**
 * Makes the Worker's roles, or gives those that exist all that they need. In one transaction, since Neon looks at passwords when
 * it commits. Refuses a role that row-level security does not hold, and changes nothing where a password is missing.
 *
 * @param owner logged in as the role that will own the tables
 */
export async function ensureRoles(owner: Client, passwords: Passwords, options: RoleOptions = {}): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryToEnsure(owner, passwords, options)
    } catch (error) {
      if (attempt === ATTEMPTS || !isRace(error)) throw error
      await delay(Math.random() * 100 * attempt)
    }
  }
}

/** Roles belong to the whole cluster: another of its databases may be migrated at this moment. */
const ATTEMPTS = 10
const isRace = (error: unknown): boolean =>
  error instanceof DatabaseError &&
  (['23505', '42710'].includes(error.code ?? '') || error.message.includes('concurrently updated'))

async function tryToEnsure(owner: Client, passwords: Passwords, { keepPasswords }: RoleOptions): Promise<void> {
  const known = await existingRoles(owner)
  const missing = ROLES.filter(({ role }) => !known.has(role) && passwords[role] === undefined)
  if (missing.length > 0) throw new Error(passwordsMissing(missing.map(({ role }) => role)))
  for (const role of known.keys()) await refusePowerful(owner, role)

  await owner.query('begin')
  try {
    for (const { role } of ROLES) {
      const isComplete = known.get(role)
      const given = isComplete !== undefined && keepPasswords ? undefined : passwords[role]
      const password = given === undefined ? '' : ` password ${escapeLiteral(given)}`
      if (isComplete && password === '') continue
      await owner.query(`${isComplete === undefined ? 'create' : 'alter'} role ${role} login noinherit${password}`)
      for (const [name, value] of Object.entries(SETTINGS)) {
        await owner.query(`alter role ${role} set ${escapeIdentifier(name)} = ${escapeLiteral(value)}`)
      }
    }
    // `app.keyword_hits` belongs to this role: the owner has to become it for a moment.
    if (!(await mayBecome(owner, 'parley_system'))) {
      await owner.query('grant parley_system to current_user with inherit false, set true')
    }
    await owner.query('commit')
  } catch (error) {
    await owner.query('rollback')
    throw error
  }
}

/** Those of the Worker's roles that the server has, and whether they are as they should be, their passwords aside. */
async function existingRoles(owner: Client): Promise<Map<string, boolean>> {
  const { rows } = await owner.query<{ rolname: string; complete: boolean }>(
    `select rolname, rolcanlogin and not rolinherit and coalesce(rolconfig, '{}') @> $2 as complete
     from pg_roles where rolname = any ($1)`,
    [ROLES.map(({ role }) => role), Object.entries(SETTINGS).map(([name, value]) => `${name}=${value}`)],
  )
  return new Map(rows.map(({ rolname, complete }) => [rolname, complete]))
}

async function mayBecome(owner: Client, role: string): Promise<boolean> {
  const { rows } = await owner.query<{ may: boolean }>(`select pg_has_role(current_user, $1, 'SET') as may`, [role])
  return rows[0]?.may ?? false
}

/** Row-level security is off for whoever has SUPERUSER or BYPASSRLS, or inherits a role that has. */
async function refusePowerful(owner: Client, role: string): Promise<void> {
  const { rows } = await owner.query<{ rolname: string; rolsuper: boolean }>(
    `select rolname, rolsuper from pg_roles
     where (rolsuper or rolbypassrls) and pg_has_role($1, oid, 'MEMBER') order by rolname = $1 desc limit 1`,
    [role],
  )
  const [powerful] = rows
  if (!powerful) return
  const power = powerful.rolsuper ? 'SUPERUSER' : 'BYPASSRLS'
  const how = powerful.rolname === role ? `has ${power}` : `is a member of ${powerful.rolname}, which has ${power}`
  throw new Error(
    `The role ${role} ${how}: row-level security would not hold for it. Roles made in Neon's console or by its API are like that. ` +
      `Drop it (DROP ROLE ${role}) and run this again: it makes the role in SQL.`,
  )
}

const HOW_TO_MAKE_ONE = 'Make one with: openssl rand -base64 24'

const passwordsMissing = (roles: readonly string[]): string =>
  `The server has no role ${roles.join(' and no role ')} yet, and making one takes a password: set PARLEY_APP_PASSWORD and ` +
  `PARLEY_SYSTEM_PASSWORD, a different one each. ${HOW_TO_MAKE_ONE}. Nothing was changed.`

/** How many guesses a password of these characters takes, as a power of two, if they were chosen at random. */
function bitsOf(password: string): number {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/]
  const sizes = [26, 26, 10, 32]
  const alphabet = sizes.reduce((sum, size, i) => sum + (kinds[i]?.test(password) ? size : 0), 0)
  // A character that comes again is no new guess.
  const distinct = new Set(password).size
  return Math.min(password.length, distinct * 2) * Math.log2(Math.max(2, alphabet))
}
