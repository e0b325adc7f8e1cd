import type { Context } from 'hono'
import type { SignedIn } from '../directory.ts'
import type { Peer } from '../peer.ts'
import { type Authorization, type AuthorizeRequest, readAuthorization, withParameters } from './authorize.ts'
import type { CodeStore } from './codes.ts'
import type { Visitors } from './visitors.ts'

export interface LoginOptions {
  peer: Peer
  poolId: string
  /** A function, because the system may pick the port. */
  portOf: () => number
  issuerOf: (poolId: string) => string
}

export interface LoginDeps extends LoginOptions {
  codes: CodeStore
  visitors: Visitors
}

export const queryOf = (c: Context): URLSearchParams => new URL(c.req.url).searchParams

export const readForm = async (c: Context): Promise<URLSearchParams> => new URLSearchParams(await c.req.text())

/** The authorization request in the query of every page that leads back to an app. */
export const authorizationOf = (c: Context, { peer }: LoginDeps): Promise<Authorization> =>
  readAuthorization(peer.directory, queryOf(c))

/** Back to the app with a code. */
export function grant(c: Context, { codes }: LoginDeps, request: AuthorizeRequest, who: SignedIn): Response {
  const code = codes.give({ ...request, who })
  return c.redirect(withParameters(request.redirectUri, { code, state: request.state }))
}

/** To the app, with an error, where its redirect URI is good; else to a page that says what is wrong. */
export const turnAway = (c: Context, asked: Exclude<Authorization, { kind: 'request' }>): Response =>
  c.redirect(
    asked.kind === 'redirect'
      ? asked.location
      : `/error?${new URLSearchParams({ error: asked.error, client_id: asked.clientId })}`,
  )
