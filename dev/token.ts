import { join } from 'node:path'
import { signInLocally, startCognito } from './cognito.ts'
import { runCommand } from './command.ts'
import { portFrom } from './ports.ts'
import { dataDirectory, findRunning } from './running.ts'

/** `npm run --silent token -- ada@example.com`: prints an access token of that local user, and nothing else. */
async function main(email: string | undefined): Promise<void> {
  if (!email) throw new Error('Say for whom: npm run --silent token -- ada@example.com')
  const dataDir = dataDirectory()
  const running = await findRunning(dataDir)
  if (running) {
    console.log((await signInLocally(running.cognito, email)).accessToken)
    return
  }
  // Without a running stack: the token says the port at which Cognito will be found when the stack starts.
  const cognito = await startCognito({ port: portFrom('COGNITO_PORT', 9229), dataDir: join(dataDir, 'cognito') })
  try {
    console.log((await signInLocally(cognito, email)).accessToken)
  } finally {
    await cognito.close()
  }
}

await runCommand(() => main(process.argv[2]))
