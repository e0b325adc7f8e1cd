import { createVerifier } from '../../src/auth/verifier.ts'
import { parleyOptions } from './parley-options.ts'
import { verifyingWorker } from './verifying-worker.ts'

/** Parley's verifier without its memory: what a token costs that this isolate sees for the first time. */
const worker = verifyingWorker((env) => {
  const verify = createVerifier(parleyOptions(env))
  return async (token) => (await verify(token))[1] === null
})

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker
