import { expect } from 'vitest'
import { type Outcome, run } from '../dev/process.ts'
import type { RebuiltNeon } from './neon.ts'
import { deployStep } from './readme.ts'

const SHOW = `printf '%s\\n' "$PARLEY_APP_PASSWORD" "$PARLEY_SYSTEM_PASSWORD"`

/** The step "Database." as it stands in the README, with the owner's connection string. In the end it prints the passwords. */
export function databaseStep({ ownerUrl, environment }: RebuiltNeon): Promise<Outcome> {
  const step = deployStep('Database.')
  const filledIn = step.replace(/'postgres:[^']*'/, `'${ownerUrl}'`)
  expect(filledIn).not.toBe(step)
  return run(`${filledIn}\n${SHOW}`, environment)
}

export const migrate = ({ ownerUrl, environment }: RebuiltNeon, more: Record<string, string> = {}): Promise<Outcome> =>
  run('npm run --silent db:migrate', { DATABASE_URL: ownerUrl, ...environment, ...more })

export interface State {
  roles: Record<string, unknown>[]
  schemas: string[]
  tables: string[]
  /** Who may do what with the database and its schema `public`. */
  rights: string[]
}

/** What a refused run must not have changed. */
export const stateOf = (neon: RebuiltNeon): Promise<State> =>
  neon.asSuperuser(async (superuser) => {
    const { rows } = await superuser.query<State>(
      `select array(select to_json(r) from pg_authid r where rolname = any ($1) order by rolname) as roles,
         array(select nspname::text from pg_namespace where nspname !~ '^pg_' order by 1) as schemas,
         array(select relname::text from pg_class where relnamespace = 'public'::regnamespace order by 1) as tables,
         array(select datacl::text from pg_database where datname = current_database()
           union all select nspacl::text from pg_namespace where nspname = 'public') as rights`,
      [[neon.nameOf('parley_app'), neon.nameOf('parley_system')]],
    )
    if (!rows[0]) throw new Error('no row')
    return rows[0]
  })
