import { DatabaseError } from 'pg'

/** What the proxy answers instead of a result: an HTTP status, a message, and the server's own fields where it spoke. */
export interface ProxyError {
  status: number
  message: string
  database?: DatabaseFields
}

/** The fields of a Postgres ErrorResponse, under the names that node-postgres and the Neon driver share. */
export type DatabaseFields = Omit<DatabaseError, 'name' | 'length' | 'stack' | 'cause'>

const COULD_NOT_CONNECT = "Couldn't connect to compute node"
const WRONG_CREDENTIALS = new Set(['28000', '28P01'])
const UNKNOWN_DATABASE = '3D000'

/** A failure that the proxy itself names. */
export const proxyError = (status: number, message: string): ProxyError => ({ status, message })

/** `SQLSTATE` of a failure, where the server gave one. */
export const sqlState = (error: ProxyError): string | undefined => error.database?.code

/** A failed statement: 400, with the server's fields; with none of them when the connection broke. */
export function queryFailure(thrown: unknown): ProxyError {
  const database = databaseFields(thrown)
  if (database) return { status: 400, message: database.message, database }
  return proxyError(400, 'connection closed')
}

/**
 * A failed login. The real proxy checks the password itself, against what the control plane knows, so a wrong password
 * and an unknown role are the same answer and carry no SQLSTATE. Anything else that the server says is passed on.
 */
export function loginFailure(thrown: unknown, role: string): ProxyError {
  const database = databaseFields(thrown)
  if (!database) return proxyError(500, COULD_NOT_CONNECT)
  if (WRONG_CREDENTIALS.has(database.code ?? '')) return wrongCredentials(role)
  return { status: database.code === UNKNOWN_DATABASE ? 400 : 500, message: database.message, database }
}

/** What both a wrong password and an unknown role get. */
export const wrongCredentials = (role: string): ProxyError =>
  proxyError(400, `password authentication failed for user '${role}'`)

/** The JSON body of a failure. Without a server error, `code` and `severity` are empty strings and the rest is null. */
export function errorBody({ message, database }: ProxyError): string {
  const internal = database?.position === undefined && database?.internalPosition !== undefined
  return JSON.stringify({
    message,
    code: database?.code ?? '',
    detail: database?.detail ?? null,
    hint: database?.hint ?? null,
    position: database?.position ?? null,
    internalPosition: internal ? database.internalPosition : null,
    internalQuery: internal ? (database.internalQuery ?? null) : null,
    severity: database?.severity ?? '',
    where: database?.where ?? null,
    table: database?.table ?? null,
    column: database?.column ?? null,
    schema: database?.schema ?? null,
    dataType: database?.dataType ?? null,
    constraint: database?.constraint ?? null,
    file: database?.file ?? null,
    line: database?.line ?? null,
    routine: database?.routine ?? null,
  })
}

const databaseFields = (thrown: unknown): DatabaseFields | undefined =>
  thrown instanceof DatabaseError ? thrown : undefined
