import { CognitoJwtVerifier, type Jwks } from '../../test/clients/aws-jwt-verify.ts'
import { verifyingWorker } from './verifying-worker.ts'

/** AWS's own verifier, with its keys at hand, as its documentation has it. */
const worker = verifyingWorker(({ POOL_ID, CLIENT_ID, JWKS }) => {
  const verifier = CognitoJwtVerifier.create({ userPoolId: POOL_ID, clientId: CLIENT_ID, tokenUse: 'access' })
  verifier.cacheJwks(JSON.parse(JWKS) as Jwks)
  return async (token) => {
    try {
      await verifier.verify(token)
      return true
    } catch {
      return false
    }
  }
})

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker
