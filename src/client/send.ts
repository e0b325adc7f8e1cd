import type { Auth } from './auth.ts'
import { abortable, backoff, pause } from './pause.ts'
import { type ParleyProblem, problemOf } from './problem.ts'

/** `fetch`, or what stands in for it: a service binding's, or one with a log. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface SenderOptions {
  baseUrl: string
  auth: Auth
  fetch: Fetch
  /** How often a request is sent at most. */
  attempts: number
  /** Milliseconds: an answer that asks to wait longer is passed on. */
  longestWait: number
}

type Send = (url: string, init?: RequestInit) => Promise<Response>

const REFRESH = '/v1/session/refresh'

/**
 * Sends a request until there is an answer to it: again after a lost answer, a 503, a 429 or 409 that says when, and once more after a
 * 401 when the sign-in could be renewed. A POST has the same `Idempotency-Key` and the same bytes each time. Rejects with a
 * {@link ParleyProblem} for every answer that is no success, with what `fetch` rejects with when it cannot be reached, and with the
 * signal's reason.
 */
export function createSender(options: SenderOptions): Send {
  const { auth, fetch, attempts, longestWait } = options
  const url = `${options.baseUrl}${REFRESH}`

  /** By cookie. Another tab may have won: its cookies are there then, and the next attempt shows it. */
  const refreshCookies = () =>
    send(url, { method: 'POST' }).catch((error: ParleyProblem) => {
      if (error.code !== 'unauthenticated') throw error
    })

  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    const { signal, method = 'GET' } = init
    const headers = new Headers(init.headers)
    if (method === 'POST' && !headers.has('Idempotency-Key')) headers.set('Idempotency-Key', crypto.randomUUID())
    const mayRepeat = isRepeatable(headers, init.body)
    let mayBeDone = false
    let mayRenew = !url.endsWith(REFRESH)
    for (let attempt = 1; ;) {
      signal?.throwIfAborted()
      const sent = await abortable(auth.attach(headers), signal)
      const credentials = auth.credentials && { credentials: auth.credentials }
      const [answer, lost] = await attemptOf(() => fetch(url, { ...init, headers, ...credentials }))
      if (!answer) {
        signal?.throwIfAborted()
        if (attempt >= attempts || !mayRepeat) throw lost
        mayBeDone = true
        await pause(backoff(attempt++), signal)
        continue
      }
      if (answer.ok || answer.status === 304) return answer
      const problem = await problemOf(answer)
      if (mayBeDone && isGone(method, url, problem)) return new Response(null, { status: 204 })
      if (isStream(init.body)) throw problem
      if (mayRenew && problem.code === 'unauthenticated') {
        mayRenew = false
        if (await abortable(auth.renew(sent, refreshCookies), signal)) continue
      }
      const wait = waitAfter(problem, attempt)
      if (wait === undefined || wait > longestWait || attempt >= attempts) throw problem
      if (problem.code === 'outcome_unknown') {
        if (!mayRepeat) throw problem
        mayBeDone = true
      }
      await pause(wait, signal)
      attempt++
    }
  }
  return send
}

type Attempt = readonly [answer: Response, lost: null] | readonly [answer: null, lost: unknown]

/** An answer that breaks off is as lost as one that never came: JSON is read to its end. */
async function attemptOf(call: () => Promise<Response>): Promise<Attempt> {
  try {
    const answer = await call()
    if (!/\bjson\b/.test(answer.headers.get('Content-Type') ?? '')) return [answer, null]
    const { status, statusText, headers } = answer
    return [new Response(await answer.arrayBuffer(), { status, statusText, headers }), null]
  } catch (error) {
    return [null, error]
  }
}

/** Whether it may be sent again when nobody knows what became of it. Under `If-Match` its own first attempt would refuse it. */
const isRepeatable = (headers: Headers, body: RequestInit['body']): boolean =>
  !headers.has('If-Match') && !isStream(body)

const isStream = (body: RequestInit['body']): boolean => body instanceof ReadableStream

/** Milliseconds to the next attempt; undefined where another one would get the same answer. */
function waitAfter({ status, retryAfter }: ParleyProblem, attempt: number): number | undefined {
  if (status === 503) return retryAfter ?? backoff(attempt)
  return status === 429 || status === 409 ? retryAfter : undefined
}

/** What an attempt finds when the one before it, whose answer was lost, has deleted the thing or ended the sign-in. */
function isGone(method: string, url: string, { code }: ParleyProblem): boolean {
  if (method === 'DELETE' && url.endsWith('/v1/session')) return code === 'session_revoked'
  return code === 'not_found' && (method === 'DELETE' || url.endsWith('/purge'))
}
