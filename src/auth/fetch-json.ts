import { fail, ok, type Result } from '../result.ts'

/** The part of `fetch` that is used here, so that a test can hand in an issuer of its own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface JsonResponse {
  status: number
  /** Null where there was none. */
  body: unknown
}

/** `network`: nothing, or only a part of it, came back. */
export type FetchFailure = 'network' | 'timeout' | 'too_large' | 'not_json'

const maxBytes = 64 * 1024

/**
 * Fetches a small JSON document: at most 64 KiB, redirects not followed, and settled when `signal` fires, whatever the
 * other side does. Never rejects.
 */
export async function fetchJson(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Result<JsonResponse, FetchFailure>> {
  try {
    return await Promise.race([load(fetch, url, { ...init, redirect: 'manual', signal }), rejectOn(signal)])
  } catch {
    return fail(signal.aborted ? 'timeout' : 'network')
  }
}

async function load(fetch: Fetch, url: string, init: RequestInit): Promise<Result<JsonResponse, FetchFailure>> {
  const response = await fetch(url, init)
  const text = await readText(response)
  if (text === null) return fail('too_large')
  try {
    return ok({ status: response.status, body: text === '' ? null : JSON.parse(text) })
  } catch {
    return response.ok ? fail('not_json') : ok({ status: response.status, body: null })
  }
}

async function readText(response: Response): Promise<string | null> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > maxBytes) {
      // Not awaited: the other side may never confirm it.
      void reader.cancel().catch(() => undefined)
      return null
    }
    text += decoder.decode(value, { stream: true })
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(new Error('aborted'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
  })
}
