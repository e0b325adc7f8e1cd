import { useCallback, useEffect, useEffectEvent, useState } from 'react'

export interface Loaded<T> {
  value: T | undefined
  error: unknown
  reload: () => void
}

/**
 * What a call returns: made at once, again when `key` changes, and on `reload`, while the last value stays.
 *
 * @param options.keepsValue the value of another key stays as well, until there is a new one
 */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  { keepsValue = false } = {},
): Loaded<T> {
  const [turn, setTurn] = useState(0)
  const [state, setState] = useState<{ key: string; value?: T; error?: unknown }>({ key })
  const run = useEffectEvent(load)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    run(signal).then(
      (value) => !signal.aborted && setState({ key, value }),
      (error: unknown) =>
        !signal.aborted && setState((before) => ({ ...(before.key === key || keepsValue ? before : {}), key, error })),
    )
    return () => controller.abort()
  }, [key, turn, keepsValue])
  const reload = useCallback(() => setTurn((turn) => turn + 1), [])
  const { value, error } = state.key === key || keepsValue ? state : {}
  return { value, error, reload }
}
