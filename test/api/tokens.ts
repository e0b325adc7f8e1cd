import keys from 'cognito-local/lib/keys/cognitoLocal.private.json' with { type: 'json' }
import { decodeJwt, importJWK, type JWTPayload, SignJWT } from 'jose'

/** The same access token with other claims, signed by the local Cognito's own key. */
export async function reissue(accessToken: string, claims: JWTPayload): Promise<string> {
  const key = await importJWK(keys.jwk, 'RS256')
  return new SignJWT({ ...decodeJwt(accessToken), ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: keys.jwk.kid })
    .sign(key)
}

export const expired = (accessToken: string) => reissue(accessToken, { exp: Math.floor(Date.now() / 1000) - 1 })

/** The same claims under a signature that isn't theirs. */
export function tampered(accessToken: string): string {
  const [header, payload, signature = ''] = accessToken.split('.')
  return [header, payload, signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`].join('.')
}
