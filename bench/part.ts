/** How much a benchmark does. `smoke` does just enough to show that it still works; its figures mean nothing. */
export type RunSize = 'full' | 'smoke'

/** What only some benchmarks take: see bench/retrieval.ts. */
export interface RunOptions {
  mtrag?: string | undefined
  set?: string | undefined
  as?: string | undefined
  model?: string | undefined
}

/** A benchmark: given the size, either what runs it or the reason why it cannot run here. */
export type Part = (size: RunSize, options: RunOptions) => { run: () => Promise<void> } | { obstacle: string }

/** @param measure gets the server's URL, or undefined to use the embedded Postgres */
export const anywhere =
  (measure: (size: RunSize, serverUrl: string | undefined, options: RunOptions) => Promise<void>): Part =>
  (size, options) => ({ run: () => measure(size, serverUrl(), options) })

/** For a benchmark that reads CPU time or memory from /proc. */
export const onLinux =
  (measure: (size: RunSize, serverUrl: string | undefined) => Promise<void>): Part =>
  (size) =>
    process.platform === 'linux'
      ? { run: () => measure(size, serverUrl()) }
      : { obstacle: 'reads /proc, which only Linux has.' }

/** @param why the embedded Postgres is not enough, in a sentence */
export const onServer =
  (measure: (size: RunSize, serverUrl: string) => Promise<void>, why: string): Part =>
  (size) => {
    const url = serverUrl()
    return url === undefined
      ? { obstacle: `needs DATABASE_URL, a superuser of a Postgres 17 with pgvector. ${why}` }
      : { run: () => measure(size, url) }
  }

/** An empty variable is an unset one. */
const serverUrl = (): string | undefined => process.env.DATABASE_URL || undefined
