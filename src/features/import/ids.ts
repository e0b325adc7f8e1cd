const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/**
 * The id under which something from elsewhere is stored: its own where that is a UUID, else one made of its names, so that
 * a second import finds what the first has stored. RFC 9562 §5.8: a UUIDv8 of SHA-256.
 *
 * @param kind keeps things of different origin apart
 * @param names from the widest to the thing's own
 */
export async function idOf(kind: string, ...names: [...string[], string]): Promise<string> {
  const own = names.at(-1) ?? ''
  return UUID.test(own) ? own.toLowerCase() : derivedId(kind, ...names)
}

/** A UUID made of these names. */
export async function derivedId(...names: string[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(names)))
  const bytes = new Uint8Array(digest, 0, 16)
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
