import { useCallback, useEffect, useEffectEvent, useState } from 'react'

export interface Loaded<T> {
  value: T | undefined
  error: unknown
  isLoading: boolean
  reload: () => void
}

/** What a call returns: made at once, again when `key` changes, and on `reload`, while the last value stays. */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [turn, setTurn] = useState(0)
  const [state, setState] = useState<{ key: string; value?: T; error?: unknown; isLoading: boolean }>({
    key,
    isLoading: true,
  })
  const run = useEffectEvent(load)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    setState((before) => ({ ...(before.key === key ? before : { key }), error: undefined, isLoading: true }))
    run(signal).then(
      (value) => !signal.aborted && setState({ key, value, isLoading: false }),
      (error: unknown) => !signal.aborted && setState((before) => ({ ...before, error, isLoading: false })),
    )
    return () => controller.abort()
  }, [key, turn])
  const reload = useCallback(() => setTurn((turn) => turn + 1), [])
  const isCurrent = state.key === key
  return { value: isCurrent ? state.value : undefined, error: state.error, isLoading: state.isLoading, reload }
}
