import type { CryptoKey } from 'jose'
import type { Result } from '../result.ts'

/** `unknown_kid`: the issuer has no such key. `keys_unavailable`: the issuer could not be asked. */
export type KeyFailure = 'unknown_kid' | 'keys_unavailable'

/** Where the verifier gets the issuer's public keys from. */
export interface KeySource {
  /**
   * The key with this id, as long as the issuer still publishes it. While a key stays published, each call answers the
   * same object. Never rejects.
   */
  find: (kid: string) => Promise<Result<CryptoKey, KeyFailure>>
}
