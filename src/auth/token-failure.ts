import { fail, type Failure } from '../result.ts'
import type { KeyFailure } from './jwks.ts'

/**
 * Why a token was refused: for logs and metrics. On the wire all of them look alike, save `keys_unavailable`, which is
 * no verdict on the token. Those that concern claims may have been found before the signature was checked.
 */
export type TokenFailureReason =
  | 'malformed'
  | 'too_long'
  | 'forbidden_header'
  | 'wrong_algorithm'
  | 'missing_kid'
  | 'wrong_issuer'
  | 'wrong_token_use'
  | 'wrong_client'
  | 'bad_claims'
  | 'expired'
  | 'not_yet_valid'
  | 'bad_signature'
  | KeyFailure

export interface TokenFailure {
  reason: TokenFailureReason
}

export const refuse = (reason: TokenFailureReason): Failure<TokenFailure> => fail({ reason })
