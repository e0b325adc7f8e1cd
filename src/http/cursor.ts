import type * as z from 'zod'
import { type AppError, fail, ok, type Result } from '../result.ts'

/** Which list of whom a cursor belongs to: `conversations`, or `messages:<conversation>:asc`. */
export interface CursorScope {
  list: string
  userId: string
}

const CHECK_BYTES = 12

/**
 * An opaque cursor: the sort key of a page's last row, behind a digest of it, its list and its owner. The digest needs
 * no secret: a forged cursor could only name another place in one's own list. It is there so that an altered cursor,
 * another list's or another user's is refused instead of giving a page of nonsense.
 */
export async function encodeCursor(scope: CursorScope, key: readonly (string | number)[]): Promise<string> {
  const payload = JSON.stringify(key)
  const bytes = new TextEncoder().encode(payload)
  const cursor = new Uint8Array(CHECK_BYTES + bytes.length)
  cursor.set(await check(scope, payload))
  cursor.set(bytes, CHECK_BYTES)
  return cursor.toBase64({ alphabet: 'base64url', omitPadding: true })
}

const invalid = fail<AppError>({
  code: 'invalid_cursor',
  errors: [{ path: 'cursor', message: 'was not made for this list' }],
})

/** @returns the sort key, or `invalid_cursor` for what this list of this user did not give out */
export async function decodeCursor<T extends z.ZodType>(
  scope: CursorScope,
  cursor: string | undefined,
  key: T,
): Promise<Result<z.output<T> | null>> {
  if (cursor === undefined) return ok(null)
  try {
    if (!/^[\w-]+$/.test(cursor)) return invalid
    const bytes = fromBase64url(cursor)
    const payload = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(CHECK_BYTES))
    const expected = await check(scope, payload)
    if (expected.every((byte, i) => byte === bytes[i])) return ok(key.parse(JSON.parse(payload)))
  } catch {
    // Not base64, not UTF-8, not JSON, not this list's key: all the same to the client.
  }
  return invalid
}

/** Without padding on the wire; with it `strict` refuses the spellings that differ only in unused bits. */
function fromBase64url(text: string): Uint8Array {
  const padding = '='.repeat(-text.length & 3)
  return Uint8Array.fromBase64(text + padding, { alphabet: 'base64url', lastChunkHandling: 'strict' })
}

async function check({ list, userId }: CursorScope, payload: string): Promise<Uint8Array> {
  const text = new TextEncoder().encode(`v1\n${list}\n${userId}\n${payload}`)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', text), 0, CHECK_BYTES)
}
