import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What a child process sends next. Rejects when the process ends instead. */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${child.spawnargs.join(' ')} ended with ${String(code)} and sent nothing`)
  })
  const [message] = await Promise.race([once(child, 'message'), ended])
  return message as T
}
