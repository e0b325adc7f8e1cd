import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { BIN, inTemporaryDirectory, ROOT } from './files.ts'

/** A Worker on workerd itself: nothing of wrangler's or Miniflare's is between it and its clients. */
export interface RunningWorker {
  url: string
  pid: number | undefined
  /** CPU that the process has used so far, in milliseconds, all of its threads together. Linux only. */
  cpuMs(): Promise<number>
  /** Resident memory of the process, and the most that it ever was, in bytes. Linux only. */
  memory(): Promise<{ now: number; peak: number }>
  stop(): Promise<void>
}

// Of /proc/<pid>/stat, on every architecture that Linux has today.
const CLOCK_TICKS_PER_SECOND = 100

/**
 * Starts workerd with one Worker on a free port and returns when it listens; the Worker may not have run yet. Its log
 * goes nowhere.
 *
 * @param v8Flags for V8 itself, such as the size of its heap
 */
export function startWorker(
  script: string,
  bindings: Record<string, string>,
  v8Flags: readonly string[] = [],
): Promise<RunningWorker> {
  return inTemporaryDirectory(async (directory) => {
    await writeFile(join(directory, 'worker.js'), script)
    await writeFile(join(directory, 'config.capnp'), toConfig(bindings, v8Flags, await compatibilityDate()))
    // Descriptor 3 tells the port, once workerd listens.
    const child = spawn(join(BIN, 'workerd'), ['serve', '--control-fd=3', join(directory, 'config.capnp')], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    let complaints = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      if (complaints.length < 10_000) complaints += chunk.toString()
    })
    const kill = () => void child.kill()
    process.once('exit', kill)
    const port = await Promise.race([listeningPort(child.stdio[3] as Readable), failure(child, () => complaints)])
    return {
      url: `http://127.0.0.1:${port}`,
      pid: child.pid,
      async cpuMs() {
        const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8')
        // The second field, the program's name in parentheses, may hold spaces: utime and stime are 12 and 13 behind it.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS_PER_SECOND
      },
      async memory() {
        const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
        const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
        return { now: bytes('VmRSS'), peak: bytes('VmHWM') }
      },
      async stop() {
        process.off('exit', kill)
        kill()
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      },
    }
  })
}

async function listeningPort(control: Readable): Promise<number> {
  const [chunk] = (await once(control, 'data')) as [Buffer]
  return (JSON.parse(chunk.toString().split('\n')[0] ?? '') as { port: number }).port
}

async function failure(child: ReturnType<typeof spawn>, complaints: () => string): Promise<never> {
  const [code] = (await once(child, 'close')) as [number | null]
  throw new Error(`workerd ended with ${code} before it listened: ${complaints()}`)
}

async function compatibilityDate(): Promise<string> {
  const toml = await readFile(join(ROOT, 'wrangler.toml'), 'utf8')
  return /^compatibility_date = "(.+)"$/m.exec(toml)?.[1] ?? '2026-11-01'
}

// ASSETS must be there; no benchmark asks for one.
const toConfig = (bindings: Record<string, string>, v8Flags: readonly string[], date: string) => `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "network", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
  v8Flags = ${JSON.stringify(v8Flags)},
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = ${JSON.stringify(date)},
  globalOutbound = "network",
  bindings = [
    (name = "ASSETS", service = "network"),
    ${Object.entries(bindings)
      .map(([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)}),`)
      .join('\n    ')}
  ],
);
`
