import type { Context } from 'hono'
import type { RowState } from '../db/row-state.ts'

/**
 * The strong validator of a row (RFC 9110 §8.8.3): the number of writes to it, and when it was made, as another row may have had
 * its id before.
 *
 * @param state of what is shown with it and changes by itself: letters, digits, dots
 */
export const etagOf = ({ version, createdAt }: RowState, state: string | null = null): string =>
  `"${version}-${Date.parse(createdAt).toString(36)}${state === null ? '' : `-${state}`}"`

/** Whether the client holds this very state already (RFC 9110 §13.1.2): then the answer is 304. */
export function isFresh(c: Context, etag: string): boolean {
  const held = c.req.header('If-None-Match')
  if (held === undefined) return false
  return held.trim() === '*' || parseTags(held).some((tag) => tag.replace(/^W\//, '') === etag)
}

/**
 * The states that `If-Match` allows a write to start from (RFC 9110 §13.1.1: strong comparison). What else a tag says of
 * changes by no write, and hinders none.
 *
 * @returns null where any will do: no header, or `*`
 */
export function allowedStates(c: Context): RowState[] | null {
  const wanted = c.req.header('If-Match')
  if (wanted === undefined || wanted.trim() === '*') return null
  return parseTags(wanted).flatMap((tag) => {
    const [, version, createdAt] = /^"(\d{1,9})-([\da-z]{1,9})(?:-[\w.]+)?"$/.exec(tag) ?? []
    if (version === undefined || createdAt === undefined) return []
    return [{ version: Number(version), createdAt: new Date(Number.parseInt(createdAt, 36)).toISOString() }]
  })
}

const parseTags = (header: string): string[] => header.match(/(W\/)?"[^"]*"/g) ?? []
