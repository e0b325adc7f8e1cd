import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's own directory. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Where npm puts the tools of this project. */
export const BIN = join(ROOT, 'node_modules', '.bin')

/** Runs `work` with a directory of its own, removed afterwards. */
export async function inTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-bench-'))
  try {
    return await work(directory)
  } finally {
    // Again, because a process that is just ending may still write into it.
    await rm(directory, { recursive: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** The same URL, at another port of this machine. */
export function onPort(url: string, port: number): string {
  const moved = new URL(url)
  moved.host = `127.0.0.1:${port}`
  return moved.href
}
