import type { Context } from 'hono'

/**
 * The strong validator of a row, from the number of writes to it (RFC 9110 §8.8.3).
 *
 * @param state of what is shown with it and changes by itself: letters, digits, dots
 */
export const etagOf = (row: { version: number }, state: string | null = null): string =>
  `"${row.version}${state === null ? '' : `-${state}`}"`

/** Whether the client holds this very state already (RFC 9110 §13.1.2): then the answer is 304. */
export function isFresh(c: Context, etag: string): boolean {
  const held = c.req.header('If-None-Match')
  if (held === undefined) return false
  return held.trim() === '*' || parseTags(held).some((tag) => tag.replace(/^W\//, '') === etag)
}

/**
 * The versions that `If-Match` allows a write to start from (RFC 9110 §13.1.1: strong comparison). What else a tag says of
 * changes by no write, and hinders none.
 *
 * @returns null where any will do: no header, or `*`
 */
export function allowedVersions(c: Context): number[] | null {
  const wanted = c.req.header('If-Match')
  if (wanted === undefined || wanted.trim() === '*') return null
  return parseTags(wanted)
    .flatMap((tag) => /^"(\d{1,9})(?:-[\w.]+)?"$/.exec(tag)?.[1] ?? [])
    .map(Number)
}

const parseTags = (header: string): string[] => header.match(/(W\/)?"[^"]*"/g) ?? []
