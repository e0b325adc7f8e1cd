import type { SearchRequest, SearchResults } from '@parley/client'
import { useState } from 'react'
import { parley } from './parley.ts'
import { useLoaded } from './use-loaded.ts'

interface Search {
  /** Undefined until there is an answer. */
  hits: SearchResults['data'] | undefined
  /** What the first page says of the whole search. */
  summary: SearchResults | undefined
  hasMore: boolean
  more: () => void
  error: unknown
  retry: () => void
}

/** Runs one search, page by page. Use it under a `key` of the request: another request is another search. */
export function useSearch(request: SearchRequest): Search {
  const first = useLoaded('first', (signal) => parley.search(request, { signal }))
  const [rest, setRest] = useState<SearchResults[]>([])
  const [moreError, setMoreError] = useState<unknown>()
  const cursor = (rest.at(-1) ?? first.value)?.nextCursor ?? null
  const more = () => {
    if (cursor === null) return
    setMoreError(undefined)
    parley.search({ ...request, cursor }).then((page) => setRest((rest) => [...rest, page]), setMoreError)
  }
  return {
    hits: first.value && [first.value, ...rest].flatMap(({ data }) => data),
    summary: first.value,
    hasMore: cursor !== null,
    more,
    error: first.error ?? moreError,
    retry: first.value ? more : first.reload,
  }
}
