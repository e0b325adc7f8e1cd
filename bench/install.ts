import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BIN, inTemporaryDirectory, ROOT } from './files.ts'

const GIVE_UP_MS = 5 * 60 * 1000

/** What a newcomer waits: `npm install && npm run dev` on a fresh clone up to the first 200, and `npm test`. */
export function measureInstall(): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    const clone = join(directory, 'parley')
    await run('git', ['clone', '--quiet', ROOT, clone], directory)
    const started = performance.now()
    await run('npm', ['install', '--no-fund', '--no-audit'], clone)
    const installed = performance.now()
    await untilFirst200(clone)
    const served = performance.now()
    await run('npm', ['test'], clone)
    console.log(`npm install                   ${seconds(installed - started)}`)
    console.log(`npm run dev to the first 200  ${seconds(served - installed)}`)
    console.log(`both: install to first 200    ${seconds(served - started)}`)
    console.log(`npm test                      ${seconds(performance.now() - served)}`)
  })
}

/** Starts the local stack, waits until it answers, and ends it as Ctrl-C does. */
async function untilFirst200(cwd: string): Promise<void> {
  const [port, neonPort, cognitoPort] = [await freePort(), await freePort(), await freePort()]
  const ports = { PORT: String(port), NEON_PORT: String(neonPort), COGNITO_PORT: String(cognitoPort) }
  const dev = spawn('npm', ['run', 'dev'], { cwd, env: { ...outsideEnv(), ...ports }, stdio: 'ignore', detached: true })
  const ended = once(dev, 'exit')
  try {
    const giveUp = performance.now() + GIVE_UP_MS
    while (!(await answers(`http://127.0.0.1:${port}/healthz`))) {
      if (dev.exitCode !== null || performance.now() > giveUp) throw new Error('npm run dev came to nothing')
      await delay(50)
    }
  } finally {
    if (dev.pid !== undefined && dev.exitCode === null) process.kill(-dev.pid, 'SIGINT')
    await ended
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

async function run(command: string, args: string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, env: outsideEnv(), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (chunk: Buffer) => void (output += chunk.toString())
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`)
}

/** The environment of a shell outside this project: without its tools and without what `npm run` adds. */
function outsideEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE$|DATABASE_URL$)/.test(name))
  const path = process.env.PATH?.split(delimiter).filter((directory) => directory !== BIN)
  return { ...Object.fromEntries(kept), PATH: path?.join(delimiter) }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
