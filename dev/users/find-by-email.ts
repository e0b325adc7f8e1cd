/** A user as an operator sees them. */
export interface FoundUser {
  id: string
  email: string
  emailVerified: boolean
  createdAt: string
  lastLogin: string
  deletedAt: string | null
}

const time = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** Compares as `users_email_idx` does. */
export const FIND_BY_EMAIL = `
  select id, email, email_verified as "emailVerified", ${time('created_at')} as "createdAt", ${time('last_login')} as "lastLogin",
    ${time('deleted_at')} as "deletedAt"
  from public.users u where lower(email) = lower($1) order by u.created_at, id`

/** Runs a statement and returns its rows. */
export type Query = (text: string, params: string[]) => Promise<unknown[]>

/**
 * All users with this e-mail address, in any case, deleted ones too, the oldest first. There may be several, and none of them need be
 * the one who reads its mail (docs/decisions/033-emails.md): for operators only.
 */
export const findByEmail = (query: Query, email: string): Promise<FoundUser[]> =>
  query(FIND_BY_EMAIL, [email]) as Promise<FoundUser[]>
