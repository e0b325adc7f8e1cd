import { type Client, DatabaseError } from 'pg'

/** An error for people: in one line, and what Postgres adds to it in further ones. Never with a stack. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof DatabaseError) return [postgresLine(error), ...postgresDetails(error)].join('\n')
  // Node's error for a host with several addresses says nothing by itself; its code does.
  return error.message || codeOf(error) || error.name
}

/** `relation "users" does not exist (SQLSTATE 42P01)` */
export const postgresLine = ({ message, code }: DatabaseError): string => `${message} (SQLSTATE ${code ?? 'unknown'})`

/** Detail, hint and place of a failure, a line each. Not the statement: it may be long, or hold a secret. */
export function postgresDetails({ detail, hint, where }: DatabaseError): string[] {
  return Object.entries({ detail, hint, where: where?.split('\n')[0] }).flatMap(([name, value]) =>
    value ? [`  ${name}: ${value}`] : [],
  )
}

/** Why there is no connection, in one line. Names server and user, never the password or the connection string. */
export function describeConnectFailure(error: unknown, { host, port, user }: Client): string {
  return `Cannot connect to ${host}:${port} as ${user}: ${connectReason(error)}`
}

function connectReason(error: unknown): string {
  if (error instanceof DatabaseError) return `${postgresLine(error)}.`
  if (!(error instanceof Error)) return String(error)
  const code = codeOf(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `no such host (${code}).`
  if (code === 'ECONNREFUSED') return `nothing listens there (${code}).`
  // What `pg` says has no code.
  if (error.message.includes('does not support SSL')) {
    return 'the server has no TLS. If the network in between is trusted, add ?sslmode=disable to the connection string.'
  }
  if (error.message.includes('client password must be a string'))
    return 'the server asks for a password; none is given.'
  if (/CERT|SIGNATURE|TLS/.test(code)) {
    // What Node advises after the reason is not for everybody.
    const [reason] = error.message.split('; ')
    return `its certificate cannot be trusted: ${reason} (${code}). ?sslrootcert=FILE names the CA of a server of your own.`
  }
  return describeFailure(error)
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')
