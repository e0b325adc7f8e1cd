import { chatOrigins, chatRequirements, startChat } from './chat-server.ts'
import { formatClientEnv, writeClientEnv } from './client-env.ts'
import { runCommand } from './command.ts'
import { type LocalParley, startLocal } from './local.ts'
import { freePort, portFrom } from './ports.ts'
import { dataDirectory } from './running.ts'
import { DEV_VARS } from './settings-file.ts'

const LOCAL_SIGN_IN = { how: 'Sign in with:', token: '$(npm run --silent token -- ada@example.com)' }
const OWN_SIGN_IN = {
  how: 'Sign in with an access token of your COGNITO_ISSUER; the Worker trusts no other:',
  token: '$ACCESS_TOKEN',
}

/** Where the servers of front ends listen by default: Vite, and Next.js and many others. */
const PAGES = [5173, 3000].flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`])

/** `npm run dev`: the whole stack, until Ctrl-C. */
async function main(): Promise<void> {
  const ports = {
    worker: portFrom('PORT', 8787),
    neon: portFrom('NEON_PORT', 4444),
    cognito: portFrom('COGNITO_PORT', 9229),
  }
  const chatPort = await freePort(portFrom('CHAT_PORT', 8788), 'CHAT_PORT')
  console.log('Starting Parley …')
  // From here on: what has started by then, in process groups of its own, is stopped once all has.
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
  const dataDir = dataDirectory()
  const parley = await startLocal({
    dataDir,
    defaults: { CORS_ORIGINS: [...PAGES, ...chatOrigins(chatPort)].join(), DEVELOPMENT_COOKIES: 'on' },
    ports,
    databaseUrl: process.env.DATABASE_URL,
    settings: { environment: process.env, devVars: process.env.PARLEY_DEV_VARS ?? DEV_VARS },
    onStarted: (part, what) => console.log(`  ${part.padEnd(9)} ${what}`),
    onLog: (line) => console.log(line),
  })
  let chat: Awaited<ReturnType<typeof startChat>> | undefined
  try {
    chat = await startChat({ port: chatPort, client: parley.client, dataDir })
    const died = parley.worker.ended.then(() => 'died' as const)
    const requirements = await chatRequirements({
      chatUrl: chat.url,
      apiUrl: parley.worker.url,
      ownIssuer: parley.ownIssuer,
    })
    greet(parley, [chat.url, ...requirements].join('\n  '), await writeClientEnv(dataDir, parley.client))
    const reason = await Promise.race([interrupted, died])
    console.log(reason === 'died' ? 'The Worker has ended; stopping the rest …' : 'Stopping …')
    if (reason === 'died') process.exitCode = 1
  } finally {
    await chat?.close()
    await parley.close()
  }
}

function greet({ worker: { url }, client, ownIssuer }: LocalParley, chat: string, envFile: string): void {
  const { how, token } = ownIssuer ? OWN_SIGN_IN : LOCAL_SIGN_IN
  // An issuer and client ids of the developer's own are settings, of which no value is printed.
  const env = ownIssuer ? '' : `\n${formatClientEnv(client).replaceAll(/^(?=.)/gm, '  ')}`
  console.log(`
Chat: ${chat}
Parley runs at ${url} (reference: ${url}/docs). Ctrl-C stops it.
${how}

  curl -s -X POST ${url}/v1/session -H "Authorization: Bearer ${token}"

What clients have to know is in ${envFile}:
${env}`)
}

await runCommand(main)
