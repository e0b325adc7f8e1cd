import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import * as z from 'zod'

const runningStack = z.object({
  pid: z.int(),
  url: z.string(),
  /** Whether its data is PGlite's, not a server's. */
  embedded: z.boolean(),
  neonPort: z.int(),
  databaseName: z.string(),
  databasePasswords: z.object({ parley_app: z.string(), parley_system: z.string() }).partial().optional(),
  cognito: z.object({ port: z.int(), poolId: z.string(), clientId: z.string() }),
})
/** What other commands need to know of a stack that `npm run dev` keeps running. */
export type RunningStack = z.output<typeof runningStack>

/** Where the local stack keeps its data. */
export const dataDirectory = (): string => process.env.PARLEY_DATA ?? '.parley'

const file = (dataDir: string) => join(dataDir, 'running.json')

/** @returns the stack that runs on this data now, or null */
export async function findRunning(dataDir: string): Promise<RunningStack | null> {
  const text = await readFile(file(dataDir), 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = runningStack.safeParse(parseJson(text))
  if (!parsed.success || !isAlive(parsed.data.pid)) return null
  // After a crash another process may have got the number.
  return (await answers(parsed.data.neonPort)) ? parsed.data : null
}

export async function recordRunning(dataDir: string, stack: RunningStack): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  // It may hold a password, and what a crash has left may be open to everyone.
  await forgetRunning(dataDir)
  await writeFile(file(dataDir), JSON.stringify(stack, null, 2), { mode: 0o600 })
}

export const forgetRunning = (dataDir: string): Promise<void> => rm(file(dataDir), { force: true })

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: there is such a process, of another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
