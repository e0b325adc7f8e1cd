import { type RunningWorker, startWorker } from '../workerd.ts'
import { download, type Downloaded } from './download.ts'

/** What downloads cost, all together. */
export interface Cost extends Downloaded {
  /** CPU of workerd. */
  cpuMs: number
  /** Requests to the database. */
  trips: number
  /** Resident memory of workerd before its first download, in bytes. */
  before: number
  /** The most that it has had since it started. */
  peak: number
}

/** A Worker of one's own to download from. */
export interface Source extends AsyncDisposable {
  /** @param bytesPerSecond how fast the client takes it; without it as fast as it can */
  download(times: number, bytesPerSecond?: number): Promise<Cost>
}

export interface SourceOptions {
  script: string
  bindings: Record<string, string>
  v8Flags: readonly string[]
  token: string
  /** Requests that have reached the database so far. */
  roundTrips: () => number
}

/** Starts a Worker that has verified the token once: no download pays for the key set. */
export async function startSource({ script, bindings, v8Flags, token, roundTrips }: SourceOptions): Promise<Source> {
  const worker = await startWorker(script, bindings, v8Flags)
  const before = await warmUp(worker, token)
  return {
    async download(times, bytesPerSecond) {
      const sum: Downloaded = { lines: 0, bytes: 0, seconds: 0 }
      const [cpuBefore, tripsBefore] = [await worker.cpuMs(), roundTrips()]
      for (let i = 0; i < times; i++) {
        const { lines, bytes, seconds } = await download(`${worker.url}/v1/me/export`, token, bytesPerSecond)
        sum.lines += lines
        sum.bytes += bytes
        sum.seconds += seconds
      }
      const cpuMs = (await worker.cpuMs()) - cpuBefore
      return { ...sum, cpuMs, trips: roundTrips() - tripsBefore, before, peak: (await worker.memory()).peak }
    },
    [Symbol.asyncDispose]: () => worker.stop(),
  }
}

/** @returns the memory that the Worker has then, in bytes */
async function warmUp(worker: RunningWorker, token: string): Promise<number> {
  const response = await fetch(`${worker.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`/v1/me answered ${response.status}: ${text}`)
  return (await worker.memory()).now
}
