import { DatabaseError } from 'pg'
import { describeFailure, postgresDetails, postgresLine } from './failure.ts'
import { breakpoint, type Migration } from './migrations.ts'

/** How long a statement may wait for a lock: whatever asks for the same table meanwhile waits behind it. */
export const LOCK_TIMEOUT = '5s'
const LOCK_NOT_AVAILABLE = '55P03'

/** Why a database was not migrated, for people: which file and line, and what Postgres says. */
export class MigrationError extends Error {}

/** @param done how many of the migration's statements had succeeded */
export function migrationError(migration: Migration, done: number, error: unknown): MigrationError {
  const line = lineOf(migration, done, error instanceof DatabaseError ? error.position : undefined)
  const what = error instanceof DatabaseError ? postgresLine(error) : describeFailure(error)
  const more = error instanceof DatabaseError ? postgresDetails(error) : []
  const lines = [`migrations/${migration.tag}.sql:${line}: ${what}`, ...more, `  ${outcome(migration, done, error)}`]
  return new MigrationError(lines.join('\n'), { cause: error })
}

function outcome({ inTransaction }: Migration, done: number, error: unknown): string {
  const isLock = error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE
  const why = isLock
    ? `It waited ${LOCK_TIMEOUT} for a lock that something else holds, such as a long transaction. `
    : ''
  // It may have been lost while it committed.
  if (inTransaction && !(error instanceof DatabaseError)) return 'The connection is lost. Run it again.'
  if (inTransaction) return `${why}Nothing of this migration was applied${isLock ? ': run it again' : ''}.`
  return `${why}It runs outside of a transaction: ${done} of its statements stay, and the next run begins with the first one again.`
}

/** The line of the file: of the place that Postgres names, or where the statement begins. */
function lineOf({ statements }: Migration, done: number, position: string | undefined): number {
  const statement = statements[done] ?? ''
  // Postgres counts characters, JavaScript UTF-16 units.
  const before = position
    ? Array.from(statement)
        .slice(0, Number(position) - 1)
        .join('')
    : (/^\s*/.exec(statement)?.[0] ?? '')
  return [...statements.slice(0, done), before].join(breakpoint).split('\n').length
}
