import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { RequestHandler } from '../../test/clients/express.ts'

/** The checks that Parley makes of a Cognito access token, with keys that stay in memory. Sets `res.locals.userId`. */
export function authenticate(issuer: string, clientIds: readonly string[]): RequestHandler {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  return async (req, res, next) => {
    const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? ''
    const payload = await jwtVerify(token, keys, { issuer, algorithms: ['RS256'] }).then(
      (verified) => verified.payload,
      () => undefined,
    )
    if (payload?.['token_use'] !== 'access' || !clientIds.includes(String(payload['client_id']))) {
      res.status(401).json({ title: 'Not signed in' })
      return
    }
    res.locals['userId'] = payload.sub
    next()
  }
}
