import { hc } from 'hono/client'
import type { Api } from './api.ts'
import type { Fetch } from './send.ts'

/** What `hc` makes of the routes, with types that name the shapes: a compiler takes many seconds to infer them from the router. */
export function createApi(baseUrl: string, send: Fetch): Api {
  const fetch = send as typeof globalThis.fetch
  return withSafeParams(hc(baseUrl, { fetch, buildSearchParams })) as Api
}

type Value = string | number | boolean | undefined

/** Numbers and flags as text; a list as one parameter for each; nothing for what is undefined. */
function buildSearchParams(query: Record<string, Value | Value[]>): URLSearchParams {
  const entries = Object.entries(query).flatMap(([name, value]): [string, string][] => {
    const values = Array.isArray(value) ? value : [value]
    return values.filter((each) => each !== undefined).map((each) => [name, String(each)])
  })
  return new URLSearchParams(entries)
}

type Args = [{ param?: Record<string, string> } | undefined, ...unknown[]]

/** `hc` puts parameters into the path as they are: `../me` would be another route. */
function withSafeParams(client: object): object {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? withSafeParams(value) : value
    },
    async apply(target, self, [args, ...rest]: Args) {
      const param = args?.param && { param: encoded(args.param) }
      return Reflect.apply(target as () => Promise<unknown>, self, [{ ...args, ...param }, ...rest])
    },
  })
}

function encoded(params: Record<string, string>): Record<string, string> {
  const entries = Object.entries(params).map(([name, value]) => {
    // A URL without it, or with dots in its place, names something else.
    if (/^\.{0,2}$/.test(value)) throw new TypeError(`${name} is no id: ${JSON.stringify(value)}`)
    return [name, encodeURIComponent(value)]
  })
  return Object.fromEntries(entries) as Record<string, string>
}
