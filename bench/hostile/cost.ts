import { readdir, readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { median } from '../stats.ts'
import type { RunningWorker } from '../workerd.ts'
import type { Input } from './inputs.ts'

/** A Worker, who asks it, and where there is something to write to. */
export interface Target {
  worker: RunningWorker
  headers: Record<string, string>
  /** In place of `{id}` in a path. */
  conversation: string
}

/** What an input comes to. */
export interface Cost {
  input: Input
  /** Of workerd, what goes on after the answer included. */
  cpuMs: number
  status: number
  /** Of the answer. */
  bytes: number
}

/**
 * Sends the input so many times.
 *
 * @returns the median of the CPU, and the last answer
 * @throws Error when the Worker fails: whatever it is sent, it must either take or refuse it
 */
export async function costOf(target: Target, input: Input, times: number): Promise<Cost> {
  const cpu: number[] = []
  let answer = { status: 0, bytes: 0 }
  for (let i = 0; i < times; i++) {
    const before = await cpuOf(target.worker)
    const { status, text } = await ask(target, input)
    if (status >= 500) throw new Error(`${input.name}: ${input.method} ${input.path} answered ${status}: ${text}`)
    // What was created is embedded after the answer.
    if (status === 201) await settled(target.worker)
    cpu.push((await cpuOf(target.worker)) - before)
    answer = { status, bytes: Buffer.byteLength(text) }
  }
  return { input, cpuMs: median(cpu), ...answer }
}

export async function ask(target: Target, { method, path, headers, body }: Input) {
  const url = target.worker.url + path.replace('{id}', target.conversation)
  const init = { method, headers: { ...target.headers, ...headers }, ...(body === undefined ? {} : { body }) }
  const response = await fetch(url, init)
  return { status: response.status, text: await response.text() }
}

/** Waits for what is done after an answer. */
async function settled(worker: RunningWorker): Promise<void> {
  let last = -1
  for (let now = await cpuOf(worker); now - last > 1; now = await cpuOf(worker)) {
    last = now
    await setTimeout(120)
  }
}

/** In milliseconds, to the nanosecond: `cpuMs()` counts hundredths of a second. */
async function cpuOf({ pid }: RunningWorker): Promise<number> {
  const tasks = await readdir(`/proc/${pid}/task`)
  const stats = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8')))
  return stats.reduce((sum, stat) => sum + Number(stat.split(' ')[0]), 0) / 1e6
}
