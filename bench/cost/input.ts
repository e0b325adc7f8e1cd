/** A valid request that wants to cost the database more than it should, or one that is refused in time. */
export interface CostInput {
  name: string
  method: 'GET' | 'POST' | 'PATCH' | 'PUT'
  path: string
  body?: string
  headers?: Record<string, string>
  /** One transaction after the other, each of which is held to the bound. */
  isChain?: boolean
}

export const MIB = 1024 * 1024
export const LIST = '/v1/conversations'

export const range = <T>(count: number, item: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => item(i))
export const get = (name: string, path: string): CostInput => ({ name, method: 'GET', path })
export const send = (method: 'POST' | 'PATCH', name: string, path: string, body: unknown): CostInput => ({
  name,
  method,
  path,
  body: JSON.stringify(body),
})
export const post = (name: string, path: string, body: unknown) => send('POST', name, path, body)
export const patch = (name: string, path: string, body: unknown) => send('PATCH', name, path, body)
export const nested = (depth: number, inside: unknown): unknown =>
  depth === 0 ? inside : { d: nested(depth - 1, inside) }
export const words = (count: number) => range(count, (i) => `word${i + 1}`)
