import { type Env, parseEnv, type SettingName, settingNames } from '../src/env.ts'
import { formatEnvFile, readEnvFile } from './settings-file.ts'

export interface SettingSources {
  environment?: Readonly<Record<string, string | undefined>>
  /** A file in the syntax of `.dev.vars`. The environment wins over it, also with an empty value, which unsets one. */
  devVars?: string
}

export interface Settings {
  /** In place of the local stack's own bindings. */
  bindings: Record<string, string>
  /** Whether the Worker trusts another issuer than the local Cognito. */
  ownIssuer: boolean
  /** Which settings were taken from where, and which are not used, and why; by name, never with a value. */
  notes: string[]
}

interface Setting {
  name: SettingName
  value: string
  /** The environment, or a file. */
  source: string
}

const ENVIRONMENT = 'the environment'
const OF_THE_STACK: ReadonlySet<string> = new Set(['PORT', 'NEON_PORT', 'COGNITO_PORT', 'CHAT_PORT'])
const DATABASES: ReadonlySet<string> = new Set(['DATABASE_URL', 'DATABASE_URL_SYSTEM'])

/** Stands in for what the local stack makes, while the settings are checked before it has started. */
const LOCAL = {
  DATABASE_URL: 'postgres://parley_app@localhost/postgres',
  DATABASE_URL_SYSTEM: 'postgres://parley_system@localhost/postgres',
  COGNITO_ISSUER: 'http://localhost/pool',
  COGNITO_CLIENT_IDS: 'local',
  EMBEDDING_PROVIDER: 'lexical',
}

/**
 * Reads the Worker's settings of `src/env.ts`, except the databases, which the local stack makes. Rejects with the names
 * and the reasons when the Worker could not start with them.
 */
export async function readSettings({ environment = {}, devVars = '' }: SettingSources): Promise<Settings> {
  const file = devVars ? await readEnvFile(devVars) : {}
  const settings = settingNames()
    .filter((name) => !DATABASES.has(name))
    .flatMap((name): Setting[] => {
      const fromEnvironment = environment[name]
      const value = fromEnvironment ?? file[name]
      const source = fromEnvironment === undefined ? devVars : ENVIRONMENT
      return value ? [{ name, value, source }] : []
    })
  const bindings = Object.fromEntries(settings.map(({ name, value }) => [name, value]))
  checkIssuer(settings)
  checkValues(settings, bindings)
  // Throws where a value cannot be handed to wrangler: better now than once the database runs.
  formatEnvFile(bindings)
  const notes = [...noteTaken(settings), ...noteUnused(environment, file, devVars)]
  return { bindings, ownIssuer: 'COGNITO_ISSUER' in bindings, notes }
}

/** An issuer without its app clients would be checked against those of the local Cognito, and the other way round. */
function checkIssuer(settings: readonly Setting[]): void {
  const [one, other] = settings.filter(({ name }) => name === 'COGNITO_ISSUER' || name === 'COGNITO_CLIENT_IDS')
  if (!one || other) return
  const missing = one.name === 'COGNITO_ISSUER' ? 'COGNITO_CLIENT_IDS' : 'COGNITO_ISSUER'
  throw new Error(
    `${one.name} is set (from ${one.source}), but ${missing} is not. Set both for a Cognito of your own, or neither for the local one.`,
  )
}

function checkValues(settings: readonly Setting[], bindings: Settings['bindings']): void {
  const [, error] = parseEnv({ ...LOCAL, ...bindings } as unknown as Env)
  if (!error) return
  const variables = (error.context?.['variables'] ?? []) as string[]
  const reasons = variables.map((reason) => {
    const setting = settings.find(({ name }) => reason.startsWith(`${name}:`))
    return `\n  ${reason}${setting ? ` (from ${setting.source})` : ''}`
  })
  throw new Error(`The Worker cannot start with these settings:${reasons.join('')}`)
}

const noteTaken = (settings: readonly Setting[]): string[] =>
  [...Map.groupBy(settings, ({ source }) => source)].map(
    ([source, taken]) => `${taken.map(({ name }) => name).join(', ')} from ${source}`,
  )

function noteUnused(
  environment: Readonly<Record<string, string | undefined>>,
  file: Readonly<Record<string, string>>,
  path: string,
): string[] {
  const notes = Object.keys(file).flatMap((name) => {
    const reason = whyUnused(name)
    return reason === null ? [] : [`not used: ${nameOf(name)} in ${path}, ${reason}`]
  })
  if (environment['DATABASE_URL_SYSTEM']) {
    notes.push(`not used: DATABASE_URL_SYSTEM in ${ENVIRONMENT}, since the local stack makes it`)
  }
  // Most of the environment is for other programs.
  for (const name of Object.keys(environment).filter((each) => !isSetting(each) && meantBy(each))) {
    notes.push(`not used: ${name} in ${ENVIRONMENT}, ${noSetting(name)}`)
  }
  return notes
}

/** @returns why `npm run dev` does not take it from a file, or null where it does */
function whyUnused(name: string): string | null {
  if (name === 'DATABASE_URL') {
    return 'since it may name a real database; in the environment it names a server to use in place of PGlite'
  }
  if (name === 'DATABASE_URL_SYSTEM') return 'since the local stack makes it'
  if (isSetting(name)) return null
  if (OF_THE_STACK.has(name) || name.startsWith('PARLEY_')) return 'since it is taken from the environment only'
  return noSetting(name)
}

function noSetting(name: string): string {
  const meant = meantBy(name)
  return `which is no setting of Parley${meant === undefined ? ' (src/env.ts lists them)' : `; did you mean ${meant}?`}`
}

const isSetting = (name: string): boolean => settingNames().some((each) => each === name)

/** @returns the setting of almost this name */
const meantBy = (name: string): SettingName | undefined => settingNames().find((each) => stem(each) === stem(name))

/** Ignores what is easily mistaken: case, dashes, and the last S. */
const stem = (name: string): string => name.toUpperCase().replaceAll('-', '_').replace(/S$/, '')

/** In a malformed file, such as one with an unquoted key of several lines, a part of a secret may look like a name. */
const nameOf = (name: string): string =>
  /^([A-Z][A-Z0-9_-]{0,39}|[a-z][a-z0-9_-]{0,39})$/.test(name) ? name : 'what looks like no name'
