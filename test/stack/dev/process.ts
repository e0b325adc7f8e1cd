import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { settingNames } from '../../../src/env.ts'

type Environment = Record<string, string>

/** What the runner's own environment must not decide. */
const OF_THE_RUNNER = /^(PARLEY_.*|PORT|NEON_PORT|COGNITO_PORT|NODE_ENV|NODE_OPTIONS|VITEST.*|npm_.*)$/
const SETTINGS: ReadonlySet<string> = new Set(settingNames())

const environment = (own: Environment): Environment => ({
  ...(Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !OF_THE_RUNNER.test(name) && !SETTINGS.has(name)),
  ) as Environment),
  // Nor a developer's .dev.vars.
  PARLEY_DEV_VARS: '',
  npm_config_loglevel: 'error',
  ...own,
})

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a line of a shell to its end. */
export function run(line: string, own: Environment): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', line], { env: environment(own) }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

/** A command that goes on until somebody stops it, in a process group of its own as in a terminal. */
export interface Running {
  /** All that it has printed. */
  output(): string
  /** Waits until it has printed something like this. Rejects when it ends before. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>
  /** Process ids of everything that it has started, itself included. */
  family(): Promise<number[]>
  /** What Ctrl-C does. */
  interrupt(): void
  ended: Promise<number | null>
}

export function start(command: string, args: string[], own: Environment): Running {
  const child = spawn(command, args, { env: environment(own), detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const watchers = new Set<() => void>()
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      for (const watcher of watchers) watcher()
    })
  }
  const output = () => lines.join('\n')
  const printed: Running['printed'] = (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const match = output().match(pattern)
        if (!match) return
        watchers.delete(look)
        resolve(match)
      }
      watchers.add(look)
      look()
      void ended.then(() => reject(new Error(`It ended without printing ${pattern}:\n${output()}`)))
    })
  return {
    output,
    printed,
    ended,
    family: async () => [pidOf(child), ...(await descendants(pidOf(child)))],
    interrupt: () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pidOf(child), 'SIGINT')
    },
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The command could not be started')
  return pid
}

async function descendants(root: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const family = new Set([root])
  for (let size = 0; size < family.size;) {
    size = family.size
    for (const [pid, parent] of pairs) if (pid && parent && family.has(parent)) family.add(pid)
  }
  family.delete(root)
  return [...family]
}

/** Which of these processes are still there; a zombie that nobody has waited for is gone. */
export async function survivors(pids: readonly number[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,stat=,args='])
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => pids.includes(Number.parseInt(line, 10)) && !/^\d+\s+Z/.test(line))
}

/** Ports that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    // Below those that the system gives out: one of these may be another test's before it is used.
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const server = await occupy(port).catch(() => null)
    if (!server) continue
    ports.add(port)
    await new Promise((resolve) => server.close(resolve))
  }
  return [...ports]
}

/** The variables that move the local stack to these ports. */
export const portVariables = (ports: readonly number[]): Environment =>
  Object.fromEntries(['PORT', 'NEON_PORT', 'COGNITO_PORT', 'CHAT_PORT'].map((name, i) => [name, String(ports[i] ?? 0)]))

/** Listens on a port of 127.0.0.1; rejects when it is taken. */
export function occupy(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  return address.port
}

/**
 * What a push would take away or change. drizzle-kit reads the columns of a foreign key in no particular order, so that it
 * may want to make one of several columns anew: what it drops and adds again as it was is no change.
 */
export const pushed = (stdout: string): string =>
  stdout.replaceAll(/ALTER TABLE "\w+" (?:DROP|ADD) CONSTRAINT "(\w+)"[^;]*;/g, (statement, name: string) =>
    [...stdout.matchAll(new RegExp(`(DROP|ADD) CONSTRAINT "${name}"`, 'g'))].length === 2 ? '' : statement,
  )
