import { type ChildProcess, spawn } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { freePort } from './ports.ts'
import { formatEnvFile } from './settings-file.ts'

export interface RunningWorker {
  url: string
  /** Settles when the process has ended by itself. */
  ended: Promise<void>
  close(): Promise<void>
}

export interface WorkerOptions {
  port: number
  bindings: Record<string, string>
  dataDir: string
  /** Gets the Worker's own log, line by line. */
  onLog?: (line: string) => void
  /** Where the Worker's `wrangler.toml` is: by default in this checkout. */
  directory?: string
  /** Whether the cron trigger runs each minute (default). */
  cron?: boolean
}

const WRANGLER = fileURLToPath(new URL('../node_modules/wrangler/bin/wrangler.js', import.meta.url))

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 5_000
const CRON_MS = 60_000
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1'])

/** Starts `wrangler dev` on a port that is free, and waits until the Worker answers. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { port, bindings, dataDir, onLog, directory = '.', cron = true } = options
  // A file, not arguments: those could be read by every user of the machine. It also keeps .dev.vars out of the way.
  await mkdir(dataDir, { recursive: true })
  const envFile = join(dataDir, 'worker.env')
  await writeFile(envFile, formatEnvFile(bindings), { mode: 0o600 })

  const output: string[] = []
  const flags = {
    ip: await loopbackHost(port),
    port,
    'inspector-port': await freePort(0, ''),
    'env-file': envFile,
    'persist-to': join(dataDir, 'wrangler'),
    'show-interactive-dev-session': false,
  }
  const child = spawn(
    process.execPath,
    [WRANGLER, 'dev', ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)],
    // A process group of its own: Ctrl-C reaches this process only, which then stops things in order.
    {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {
        ...process.env,
        // The file decides, whatever the developer has set for other projects.
        CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'true',
        CLOUDFLARE_INCLUDE_PROCESS_ENV: 'false',
        NO_COLOR: '1',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_LOG_PATH: join(dataDir, 'wrangler', 'logs'),
      },
    },
  )
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      // wrangler puts a coloured label in front of warnings and errors, whatever NO_COLOR says.
      const [logged] = /\{"level".*\}$/.exec(stripVTControlCharacters(line)) ?? []
      if (logged !== undefined) onLog?.(logged)
      else output.push(line)
    })
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // Where it listens in any case; what people read names the one host under which a browser keeps cookies for them.
  const own = `http://127.0.0.1:${port}`
  const close = () => stop(child, ended)
  if (!(await answers(`${own}/healthz`, child))) {
    await close()
    throw new Error(`The Worker did not start:\n${output.slice(-30).join('\n')}`)
  }
  const runCron = () => void fetch(`${own}/cdn-cgi/handler/scheduled`).catch(() => {})
  const timer = cron ? setInterval(runCron, CRON_MS) : undefined
  return {
    url: `http://localhost:${port}`,
    ended,
    async close() {
      clearInterval(timer)
      await close()
    },
  }
}

/**
 * The host for workerd to listen on. As `localhost` it listens on all addresses of that name, which are 127.0.0.1 and often
 * ::1, but does not start where it cannot have one of them, such as ::1 in a container without IPv6.
 *
 * @param addresses those of `localhost`
 * @returns `localhost` where all of them are this machine's own and free, else `127.0.0.1`
 */
export async function loopbackHost(port: number, addresses?: readonly string[]): Promise<'localhost' | '127.0.0.1'> {
  const all = addresses ?? (await lookup('localhost', { all: true }).catch(() => [])).map(({ address }) => address)
  if (!all.includes('127.0.0.1') || !all.every((address) => LOOPBACK.has(address))) return '127.0.0.1'
  for (const address of all) {
    const code = await listenOnce(port, address)
    if (code === 'EADDRINUSE') {
      throw new Error(`Port ${port} is in use on ${address}, which is localhost too. Set PORT to another port.`)
    }
    if (code !== null) return '127.0.0.1'
  }
  return 'localhost'
}

/** @returns the code of the error where that is not possible, or null */
function listenOnce(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.name))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}

/** Whether the Worker answers, before it ends or the time is up. */
async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (child.exitCode === null && Date.now() < deadline) {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null)
    if (response) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

/** wrangler has children of its own: the whole group goes. */
async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      // The group has ended already.
    }
  }
  signal('SIGTERM')
  const patience = setTimeout(() => signal('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(patience)
  signal('SIGKILL')
}
