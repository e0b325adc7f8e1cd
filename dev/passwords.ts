import { createHmac, randomBytes } from 'node:crypto'

/** The roles that the Worker logs in as, and the variable with the password of each. */
export const PASSWORD_VARIABLES = {
  parley_app: 'PARLEY_APP_PASSWORD',
  parley_system: 'PARLEY_SYSTEM_PASSWORD',
} as const

export type WorkerRole = keyof typeof PASSWORD_VARIABLES
export const WORKER_ROLES = Object.keys(PASSWORD_VARIABLES) as WorkerRole[]

export type Passwords = { readonly [Role in WorkerRole]?: string | undefined }

/** What Neon asks of a password. */
const LEAST_BITS = 60
/** In hex, so that a connection string takes it as it is. */
export const HOW_TO_MAKE_ONE = 'Make one with: openssl rand -hex 24'

/** The passwords in an environment's variables, those that are set. Throws where one will not do; never repeats it. */
export function passwordsFrom(env: Readonly<Record<string, string | undefined>>): Passwords {
  const given = WORKER_ROLES.flatMap((role) => {
    const variable = PASSWORD_VARIABLES[role]
    const password = env[variable]
    if (!password) return []
    if (!/^[!-~]+$/.test(password)) {
      throw new Error(`${variable} must be of printable ASCII characters, without spaces. ${HOW_TO_MAKE_ONE}`)
    }
    if (bitsOf(password) < LEAST_BITS) {
      throw new Error(`${variable} is too easy to guess: it needs at least ${LEAST_BITS} bits. ${HOW_TO_MAKE_ONE}`)
    }
    return [[role, password]]
  })
  const [app, system] = given.map(([, password]) => password)
  if (app !== undefined && app === system) {
    throw new Error(`PARLEY_APP_PASSWORD and PARLEY_SYSTEM_PASSWORD must differ. ${HOW_TO_MAKE_ONE}`)
  }
  return Object.fromEntries(given) as Passwords
}

/**
 * The same passwords for all local stacks of one owner on one server: none has to be kept in a file. None where the server lets
 * the owner in without one.
 */
export function localPasswords(ownerPassword: string | null | undefined): Passwords {
  if (!ownerPassword) return {}
  const passwordOf = (role: string) => createHmac('sha256', ownerPassword).update(role).digest('base64url')
  return { parley_app: passwordOf('parley_app'), parley_system: passwordOf('parley_system') }
}

/** Random passwords that are not kept: for roles of a server that asks for none. */
export const unknownPasswords = (): Passwords => ({
  parley_app: randomBytes(24).toString('hex'),
  parley_system: randomBytes(24).toString('hex'),
})

/** How many guesses a password takes, as a power of two, if it was chosen at random. Repetitions and runs (`aaaa`, `1234`) count once. */
function bitsOf(password: string): number {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/]
  const sizes = [26, 26, 10, 32]
  const alphabet = sizes.reduce((sum, size, i) => sum + (kinds[i]?.test(password) ? size : 0), 0)
  const codes = [...Buffer.from(password)]
  const jumps = codes.filter((code, i) => i === 0 || Math.abs(code - (codes[i - 1] ?? 0)) > 1).length
  return Math.min(jumps, new Set(password).size * 2) * Math.log2(alphabet)
}
