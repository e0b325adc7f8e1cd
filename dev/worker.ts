import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './ports.ts'

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
}

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 5_000
const CRON_MS = 60_000

/** Starts `wrangler dev` on a port that is free, and waits until the Worker answers. Runs the cron trigger each minute. */
export async function startWorker({ port, bindings, dataDir, onLog }: WorkerOptions): Promise<RunningWorker> {
  // A file, not arguments: those could be read by every user of the machine. It also keeps .dev.vars out of the way.
  await mkdir(dataDir, { recursive: true })
  const envFile = join(dataDir, 'worker.env')
  await writeFile(
    envFile,
    Object.entries(bindings)
      .map(([name, value]) => `${name}="${value}"\n`)
      .join(''),
    { mode: 0o600 },
  )

  const output: string[] = []
  const flags = {
    ip: '127.0.0.1',
    port,
    'inspector-port': await freePort(0, ''),
    'env-file': envFile,
    'persist-to': join(dataDir, 'wrangler'),
    'show-interactive-dev-session': false,
  }
  const child = spawn(
    process.execPath,
    [
      'node_modules/wrangler/bin/wrangler.js',
      'dev',
      ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    ],
    // A process group of its own: Ctrl-C reaches this process only, which then stops things in order.
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {
        ...process.env,
        NO_COLOR: '1',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_LOG_PATH: join(dataDir, 'wrangler', 'logs'),
      },
    },
  )
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.startsWith('{"level"')) onLog?.(line)
      else output.push(line)
    })
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  const close = () => stop(child, ended)
  if (!(await answers(`${url}/healthz`, child))) {
    await close()
    throw new Error(`The Worker did not start:\n${output.slice(-30).join('\n')}`)
  }
  const cron = setInterval(() => {
    fetch(`${url}/cdn-cgi/handler/scheduled`).catch(() => {})
  }, CRON_MS)
  return {
    url,
    ended,
    async close() {
      clearInterval(cron)
      await close()
    },
  }
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
