import type { CryptoKey } from 'jose'
import { fail, ok, type Result } from '../result.ts'
import { fetchJson, type Fetch } from './fetch-json.ts'
import { readKeySet, type PublishedKeys } from './jwk-set.ts'

/** `unknown_kid`: the issuer has no such key. `keys_unavailable`: the issuer could not be asked. */
export type KeyFailure = 'unknown_kid' | 'keys_unavailable'

/** Where the verifier gets the issuer's public keys from. */
export interface KeySource {
  /**
   * The key with this id, as long as the issuer still publishes it. While a key stays published, each call answers the
   * same object. Never rejects.
   */
  find: (kid: string) => Promise<Result<CryptoKey, KeyFailure>>
}

export interface JwksOptions {
  /** `<issuer>/.well-known/jwks.json` */
  url: string
  timeoutMs: number
  fetch?: Fetch
  /** Milliseconds since 1970. */
  now?: () => number
  /**
   * Keeps work alive past the end of its request (`waitUntil`). With it no known key waits for a refresh, and a client
   * that hangs up does not take the call along that others look to.
   */
  defer?: (work: Promise<unknown>) => void
}

const second = 1000
const refreshAfter = 3600 * second
const maxAge = 24 * 3600 * second
const unknownKidPause = 30 * second
const failurePause = second
const pollEvery = 20

/**
 * The issuer's keys, one source per isolate.
 *
 * - Keys are refreshed after an hour. While the issuer is down the last good ones serve, for up to a day.
 * - An unknown kid asks the issuer at once, so that a rotation is picked up; asking in vain, at most every 30 seconds.
 * - With no usable key at all, a failed call is repeated after a second at the earliest.
 * - One call at a time. Workers forbid one request to await another's promise, so those that come meanwhile look at the
 *   shared keys again and again, each on its own timer.
 */
export function createJwks(options: JwksOptions): KeySource {
  const { url, timeoutMs, now = Date.now, defer, fetch = (url, init) => globalThis.fetch(url, init) } = options
  let keys: PublishedKeys = new Map()
  let keysFrom = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let askedInVainAt = Number.NEGATIVE_INFINITY
  /** Whether the last call got an answer: without one, an unknown kid may well exist. */
  let answered = false
  /** The call under way. A cancelled request never ends its call, so that one counts only for its time-out. */
  let call: { since: number } | null = null

  const isAged = () => now() - keysFrom >= maxAge
  const usable = (kid: string): CryptoKey | undefined => (isAged() ? undefined : keys.get(kid)?.key)
  const isCalling = () => call !== null && now() - call.since < timeoutMs + second

  async function ask(kid: string): Promise<void> {
    const mine = { since: now() }
    call = mine
    askedAt = mine.since
    answered = false
    if (usable(kid) === undefined) askedInVainAt = mine.since
    const [response] = await fetchJson(fetch, url, {}, AbortSignal.timeout(timeoutMs))
    const [read] = response?.status === 200 ? await readKeySet(response.body, keys) : [null]
    if (read !== null) {
      answered = true
      keys = read
      keysFrom = now()
      if (read.has(kid)) askedInVainAt = Number.NEGATIVE_INFINITY
    }
    if (call === mine) call = null
  }

  function start(kid: string): Promise<void> {
    const work = ask(kid)
    defer?.(work)
    return work
  }

  async function watch(): Promise<void> {
    const watched = call
    const isOver = () => call !== watched
    for (let waited = 0; !isOver() && waited < timeoutMs; waited += pollEvery) await sleep(pollEvery)
  }

  const mayAskAgain = () => (isAged() ? now() - askedAt >= failurePause : now() - askedInVainAt >= unknownKidPause)

  return {
    find: async (kid) => {
      const held = usable(kid)
      if (held !== undefined) {
        // A call under way counts as an answer: whoever has a key does not wait for it.
        const isFresh = now() - keysFrom < refreshAfter || now() - askedAt < unknownKidPause
        if (isFresh) return ok(held)
        const refresh = start(kid)
        if (defer !== undefined) return ok(held)
        await refresh
      } else if (isCalling()) await watch()
      else if (mayAskAgain()) await start(kid)

      const found = usable(kid)
      if (found !== undefined) return ok(found)
      return fail(isAged() || !answered ? 'keys_unavailable' : 'unknown_kid')
    },
  }
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
