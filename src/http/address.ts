const ADDRESS = /^[\da-f:.]{2,45}$/i

/**
 * The client's address as Cloudflare's edge says it (`CF-Connecting-IP`, which clients cannot set there).
 *
 * @returns null where no edge says it
 */
export function addressOf(request: Request): string | null {
  const address = request.headers.get('CF-Connecting-IP')
  return address !== null && ADDRESS.test(address) ? address : null
}

/** One spelling of each group (RFC 5952 §4). */
const withoutZeros = (group: string): string => group.toLowerCase().replace(/^0+(?=.)/, '')

/** What counts as one client: the address, or of IPv6 the /64, as whoever has one address there has them all. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head, tail] = address.split('::').map((half) => half.split(':').filter(Boolean).map(withoutZeros))
  const zeros = tail ? Array<string>(Math.max(0, 8 - (head?.length ?? 0) - tail.length)).fill('0') : []
  return [...(head ?? []), ...zeros, ...(tail ?? [])].slice(0, 4).join(':')
}

const USER_AGENT_LENGTH = 512

/** @returns the `User-Agent`, shortened; null where there is none */
export const userAgentOf = (request: Request): string | null =>
  request.headers.get('User-Agent')?.toWellFormed().slice(0, USER_AGENT_LENGTH) ?? null
