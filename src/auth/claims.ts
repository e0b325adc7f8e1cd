import { ok, type Result } from '../result.ts'
import type { Identity } from './identity.ts'
import type { JsonObject } from './strict-json.ts'
import { refuse, type TokenFailure } from './token-failure.ts'

/** What the claims of an access token are held against. */
export interface ClaimRules {
  issuer: string
  clientIds: readonly string[]
}

export interface Claims {
  identity: Identity
  /** Seconds since 1970: the later of `nbf` and `iat`, or 0. */
  validFrom: number
}

/** Seconds by which the issuer's clock may be ahead of ours. An expired token gets none. */
const leeway = 60

// Not the RFC 9562 pattern: Cognito's subs have versions and variants that it does not know.
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Reads the claims of a Cognito access token; time is {@link checkTime}'s affair. */
export function readClaims(payload: JsonObject, rules: ClaimRules): Result<Claims, TokenFailure> {
  const { iss, token_use: use, client_id: clientId, sub, exp, iat, nbf, auth_time: authTime } = payload
  if (iss !== rules.issuer) return refuse('wrong_issuer')
  if (use !== 'access') return refuse('wrong_token_use')
  if (typeof clientId !== 'string' || !rules.clientIds.includes(clientId)) return refuse('wrong_client')
  if (typeof sub !== 'string' || !uuid.test(sub)) return refuse('bad_claims')
  if (!isTime(exp) || !isTimeIfAny(iat) || !isTimeIfAny(nbf) || !isTimeIfAny(authTime)) return refuse('bad_claims')

  const { scope = '', 'cognito:groups': groups = [], origin_jti: origin } = payload
  if (typeof scope !== 'string' || !isStrings(groups)) return refuse('bad_claims')
  const userId = sub.toLowerCase()
  const signInId = origin ?? `${authTime ?? iat ?? exp}:${userId}`
  if (typeof signInId !== 'string' || !isName(signInId)) return refuse('bad_claims')

  const identity = Object.freeze({
    userId,
    clientId,
    scopes: Object.freeze(scope.split(' ').filter((word) => word !== '')),
    groups: Object.freeze([...groups]),
    signInId,
    signedInAt: authTime ?? null,
    expiresAt: exp,
  })
  return ok({ identity, validFrom: Math.max(iat ?? 0, nbf ?? 0) })
}

/**
 * Whether claims hold at this moment.
 *
 * @param now milliseconds since 1970
 */
export function checkTime({ identity, validFrom }: Claims, now: number): Result<true, TokenFailure> {
  const seconds = now / 1000
  if (seconds >= identity.expiresAt) return refuse('expired')
  if (seconds + leeway < validFrom) return refuse('not_yet_valid')
  return ok(true)
}

/** The end of the year 9999, beyond which ISO-8601 needs more digits. */
const LAST = 253_402_300_799

const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= LAST

/** Postgres keeps it, too. */
const isName = (text: string): boolean => /^[^\0]{1,128}$/.test(text) && text.isWellFormed()

const isTimeIfAny = (value: unknown): value is number | undefined => value === undefined || isTime(value)

const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string')
