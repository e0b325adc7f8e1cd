import { runCommand } from './command.ts'
import { startLocal } from './local.ts'
import { portFrom } from './ports.ts'
import { dataDirectory } from './running.ts'
import { DEV_VARS } from './settings-file.ts'

const LOCAL_SIGN_IN = { how: 'Sign in with:', token: '$(npm run --silent token -- ada@example.com)' }
const OWN_SIGN_IN = {
  how: 'Sign in with an access token of your COGNITO_ISSUER; the Worker trusts no other:',
  token: '$ACCESS_TOKEN',
}

/** `npm run dev`: the whole stack, until Ctrl-C. */
async function main(): Promise<void> {
  const ports = {
    worker: portFrom('PORT', 8787),
    neon: portFrom('NEON_PORT', 4444),
    cognito: portFrom('COGNITO_PORT', 9229),
  }
  console.log('Starting Parley …')
  // From here on: what has started by then, in process groups of its own, is stopped once all has.
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
  const parley = await startLocal({
    dataDir: dataDirectory(),
    ports,
    databaseUrl: process.env.DATABASE_URL,
    settings: { environment: process.env, devVars: process.env.PARLEY_DEV_VARS ?? DEV_VARS },
    onStarted: (part, what) => console.log(`  ${part.padEnd(9)} ${what}`),
    onLog: (line) => console.log(line),
  })
  const { url } = parley.worker
  const { how, token } = parley.ownIssuer ? OWN_SIGN_IN : LOCAL_SIGN_IN
  console.log(`
Parley runs at ${url} (reference: ${url}/docs). Ctrl-C stops it.
${how}

  curl -s -X POST ${url}/v1/session -H "Authorization: Bearer ${token}"
`)

  const died = parley.worker.ended.then(() => 'died' as const)
  const reason = await Promise.race([interrupted, died])
  console.log(reason === 'died' ? 'The Worker has ended; stopping the rest …' : 'Stopping …')
  await parley.close()
  process.exitCode = reason === 'died' ? 1 : 0
}

await runCommand(main)
