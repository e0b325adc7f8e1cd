import { compactVerify, type CryptoKey } from 'jose'
import { ok, tryCatch, type Result } from '../result.ts'
import { checkTime, readClaims, type ClaimRules, type Claims } from './claims.ts'
import type { Identity } from './identity.ts'
import type { KeySource } from './jwks.ts'
import { decodeJsonObject, isCanonicalBase64url, type JsonObject } from './strict-json.ts'
import { refuse, type TokenFailure } from './token-failure.ts'

export interface VerifierOptions extends ClaimRules {
  keys: KeySource
  /** Milliseconds since 1970. */
  now?: () => number
}

/** A verified token: its claims, and the key that vouches for it. */
export interface VerifiedToken extends Claims {
  kid: string
  key: CryptoKey
}

/** A verifier that also tells what its verdict rests on, so that a cache can tell when it no longer holds. */
export type TokenCheck = (token: string) => Promise<Result<VerifiedToken, TokenFailure>>

export type TokenVerifier = (token: string) => Promise<Result<Identity, TokenFailure>>

const maxLength = 8192

// Headers that name a key (jku, jwk, x5…), change what is signed (b64, crit) or what it means (zip). Cognito uses none.
const forbiddenHeaders = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip']

/**
 * Verifies Cognito access tokens: RS256 by a key of the issuer, and claims as `awslabs/aws-jwt-verify` checks them
 * (`iss`, `token_use`, `client_id`, times). Whatever needs no key is checked first, so that a hostile or outdated token
 * costs neither a signature check nor a call to the issuer. The verifier never throws.
 *
 * @param check what verifies: {@link createTokenCheck}, or a cache around it
 */
export function createVerifier(options: VerifierOptions, check = createTokenCheck(options)): TokenVerifier {
  return async (token) => {
    const [verified, failure] = await check(token)
    return failure === null ? ok(verified.identity) : [null, failure]
  }
}

export function createTokenCheck({ keys, now = Date.now, ...rules }: VerifierOptions): TokenCheck {
  return async (token) => {
    const [unverified, unreadable] = readToken(token)
    if (unreadable !== null) return [null, unreadable]
    const [claims, badClaims] = readClaims(unverified.payload, rules)
    if (badClaims !== null) return [null, badClaims]
    const [, badTime] = checkTime(claims, now())
    if (badTime !== null) return [null, badTime]

    const { kid } = unverified
    const [key, keyFailure] = await keys.find(kid)
    if (keyFailure !== null) return refuse(keyFailure)
    const [, badSignature] = await tryCatch<unknown, TokenFailure>(
      () => compactVerify(token, key, { algorithms: ['RS256'] }),
      () => ({ reason: 'bad_signature' }),
    )
    return badSignature === null ? ok({ ...claims, kid, key }) : [null, badSignature]
  }
}

interface UnverifiedToken {
  kid: string
  payload: JsonObject
}

function readToken(token: string): Result<UnverifiedToken, TokenFailure> {
  if (typeof token !== 'string') return refuse('malformed')
  if (token.length > maxLength) return refuse('too_long')
  const parts = token.split('.', 4)
  const [headerPart, payloadPart] = parts
  if (parts.length !== 3 || headerPart === undefined || payloadPart === undefined) return refuse('malformed')
  if (!parts.every(isCanonicalBase64url)) return refuse('malformed')

  const [header, badHeader] = decodeJsonObject(headerPart)
  if (badHeader !== null) return refuse(badHeader)
  const { alg, kid } = header
  if (alg !== 'RS256') return refuse('wrong_algorithm')
  if (forbiddenHeaders.some((name) => name in header)) return refuse('forbidden_header')
  if (typeof kid !== 'string' || kid === '') return refuse('missing_kid')

  const [payload, badPayload] = decodeJsonObject(payloadPart)
  return badPayload === null ? ok({ kid, payload }) : refuse(badPayload)
}
