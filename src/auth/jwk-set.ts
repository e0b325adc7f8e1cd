import { importJWK, type CryptoKey } from 'jose'
import * as z from 'zod'
import { fail, ok, tryCatch, type Result } from '../result.ts'

/** A key of the issuer, and the modulus and exponent that it was made of. */
export interface PublishedKey {
  key: CryptoKey
  fingerprint: string
}

/** By `kid`. */
export type PublishedKeys = ReadonlyMap<string, PublishedKey>

const keySet = z.object({ keys: z.array(z.unknown()).max(64) })

// What Cognito publishes (RFC 7517); keys for anything but RS256 signatures are passed over.
const signingKey = z.object({
  kid: z.string().min(1),
  kty: z.literal('RSA'),
  use: z.literal('sig').optional(),
  alg: z.literal('RS256').optional(),
  n: z.string(),
  e: z.string(),
})

const minModulusBits = 2048

/**
 * Reads a JSON Web Key Set.
 *
 * @param held keys of an earlier reading: one that is published unchanged is not imported again
 * @returns at least one key, or a failure
 */
export async function readKeySet(body: unknown, held: PublishedKeys): Promise<Result<PublishedKeys, 'no_keys'>> {
  const set = keySet.safeParse(body)
  const keys = new Map<string, PublishedKey>()
  for (const entry of set.data?.keys ?? []) {
    const { data: jwk } = signingKey.safeParse(entry)
    if (jwk === undefined || keys.has(jwk.kid)) continue
    const fingerprint = `${jwk.e}.${jwk.n}`
    const known = held.get(jwk.kid)
    const key = known?.fingerprint === fingerprint ? known.key : await importKey(jwk.n, jwk.e)
    if (key !== null) keys.set(jwk.kid, { key, fingerprint })
  }
  return keys.size > 0 ? ok(keys) : fail('no_keys')
}

async function importKey(n: string, e: string): Promise<CryptoKey | null> {
  const [key] = await tryCatch(
    () => importJWK({ kty: 'RSA', n, e }, 'RS256'),
    () => null,
  )
  if (key === null || key instanceof Uint8Array) return null
  const { algorithm } = key
  return 'modulusLength' in algorithm && Number(algorithm.modulusLength) >= minModulusBits ? key : null
}
