import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlink } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BIN, inTemporaryDirectory, ROOT } from './files.ts'
import type { RunSize } from './part.ts'

const QUIET = ['--no-fund', '--no-audit']
/** What npm is asked for. */
const SIZES = {
  full: { borrowed: false, install: ['install', ...QUIET], test: ['test'] },
  // Downloads nothing: npm plans the install, and the rest runs on the packages of this checkout.
  smoke: {
    borrowed: true,
    install: ['install', '--dry-run', '--offline', ...QUIET],
    test: ['test', '--', 'test/stack/cognito'],
  },
}
const GIVE_UP_MS = 5 * 60 * 1000

/** What a newcomer waits: `npm install && npm run dev` on a fresh clone up to the first 200, and `npm test`. None of them changes the clone. */
export function measureInstall(size: RunSize): Promise<void> {
  const { borrowed, install, test } = SIZES[size]
  return inTemporaryDirectory(async (directory) => {
    const clone = join(directory, 'parley')
    await run('git', ['clone', '--quiet', ROOT, clone], directory)
    const started = performance.now()
    await run('npm', install, clone)
    const installed = performance.now()
    if (borrowed) await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'))
    const served = await untilFirst200(clone)
    const stopped = performance.now()
    await run('npm', test, clone)
    // As a link, as which the packages are borrowed, .gitignore does not know it.
    const changed = await run('git', ['status', '--porcelain', '--', '.', ':!node_modules'], clone)
    if (changed !== '') throw new Error(`The README's commands have changed files:\n${changed}`)
    console.log(`npm install                   ${seconds(installed - started)}`)
    console.log(`npm run dev to the first 200  ${seconds(served - installed)}`)
    console.log(`both: install to first 200    ${seconds(served - started)}`)
    console.log(`npm test                      ${seconds(performance.now() - stopped)}`)
  })
}

/** Starts the local stack, waits until it answers, and ends it as Ctrl-C does. @returns when it answered */
async function untilFirst200(cwd: string): Promise<number> {
  const [port, neonPort, cognitoPort] = [await freePort(), await freePort(), await freePort()]
  const ports = { PORT: `${port}`, NEON_PORT: `${neonPort}`, COGNITO_PORT: `${cognitoPort}`, CHAT_PORT: '0' }
  const env = { ...outsideEnv(), ...ports }
  const dev = spawn('npm', ['run', 'dev'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  // Not `exit`: npm may end before what it has started, which still writes into the directory.
  const ended = once(dev, 'close')
  const giveUp = performance.now() + GIVE_UP_MS
  const until = async (isReady: () => boolean | Promise<boolean>) => {
    while (!(await isReady())) {
      if (dev.exitCode !== null || performance.now() > giveUp) throw new Error(`npm run dev did not start:\n${output}`)
      await delay(50)
    }
  }
  try {
    await until(() => answers(`http://127.0.0.1:${port}/healthz`))
    const served = performance.now()
    // It answers a moment before it is ready to be stopped.
    await until(() => output.includes('Ctrl-C'))
    return served
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

/** @returns what it prints */
async function run(command: string, args: string[], cwd: string): Promise<string> {
  const child = spawn(command, args, { cwd, env: outsideEnv(), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (chunk: Buffer) => void (output += chunk.toString())
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`)
  return output
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
