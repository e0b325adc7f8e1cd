/** Resolves after so many milliseconds; rejects with the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal | null): Promise<void> {
  return abortable(new Promise<void>((resolve) => setTimeout(resolve, milliseconds)), signal)
}

/** What others wait for too, or what takes no signal: rejects with the signal's reason as soon as it is aborted. */
export function abortable<T>(work: Promise<T>, signal?: AbortSignal | null): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** Doubles with each attempt, with jitter: clients that failed together do not come back together. */
export const backoff = (attempt: number): number => Math.min(250 * 2 ** (attempt - 1), 4000) * (0.5 + Math.random() / 2)
