import { createCachedVerifier } from '../../src/auth/verified-cache.ts'
import { parleyOptions } from './parley-options.ts'
import { verifyingWorker } from './verifying-worker.ts'

/** Parley's verifier as the Worker uses it: what a token costs from its second request on. */
const worker = verifyingWorker((env) => {
  const verify = createCachedVerifier(parleyOptions(env))
  return async (token) => (await verify(token))[1] === null
})

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker
