/** How requests say who asks. */
export interface Auth {
  /** Sets what a request needs. @returns what was sent, for `renew` */
  attach(headers: Headers): Promise<unknown>
  credentials?: 'include'
  /**
   * After a 401: settles when another attempt may succeed. Those who come with the same `sent` share one refresh.
   *
   * @param refreshCookies has Parley set new cookies
   * @returns whether it is worth another attempt; rejects with what kept the refresh from it
   */
  renew(sent: unknown, refreshCookies: () => Promise<unknown>): Promise<boolean>
}

/**
 * With a Cognito access token.
 *
 * @param getToken the current token; asked for each attempt. Undefined or null while nobody is signed in
 * @param refresh gets a new one, which `getToken` then has; called once for all requests that fail at the same time. What it rejects
 *   with, their calls reject with
 */
export function bearer(getToken: () => MaybeToken | Promise<MaybeToken>, refresh?: () => unknown): Auth {
  const once = shared(async () => void (await refresh?.()))
  return {
    async attach(headers) {
      const token = await getToken()
      if (token) headers.set('Authorization', `Bearer ${token}`)
      else headers.delete('Authorization')
      return token
    },
    async renew(sent) {
      // Another request has refreshed it in the meantime, or another part of the app has.
      if ((await getToken()) !== sent) return true
      if (!refresh) return false
      await once()
      return true
    },
  }
}

export type MaybeToken = string | null | undefined

/** With the cookies that `session.signIn` has set: for pages, on Parley's own site. */
export function cookie(): Auth {
  let refreshes = 0
  const once = shared(async (refreshCookies: () => Promise<unknown>) => {
    await oneTabAtATime(refreshCookies)
    refreshes++
  })
  return {
    credentials: 'include',
    attach: async () => refreshes,
    async renew(sent, refreshCookies) {
      if (sent === refreshes) await once(refreshCookies)
      return true
    },
  }
}

/** Whoever calls while it runs waits for the same run. */
function shared<Args extends unknown[]>(work: (...args: Args) => Promise<void>): (...args: Args) => Promise<void> {
  let running: Promise<void> | undefined
  return (...args) =>
    (running ??= work(...args).finally(() => {
      running = undefined
    }))
}

interface WithLocks {
  navigator?: { locks?: { request(name: string, work: () => Promise<unknown>): Promise<unknown> } }
}

/** Tabs share their cookies: where refresh tokens rotate, one that refreshes while another does would be refused. */
function oneTabAtATime(work: () => Promise<unknown>): Promise<unknown> {
  const { locks } = (globalThis as WithLocks).navigator ?? {}
  return locks ? locks.request('parley-refresh', work) : work()
}
