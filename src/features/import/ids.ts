import { clientId } from '../../http/fields.ts'

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/**
 * The id under which a conversation from another product is stored: its own id where that is a UUID, otherwise one derived from
 * it. A short id such as `1` could already name another conversation of the user.
 *
 * @param origin the product, so that equal ids of two products stay apart
 */
export const conversationIdOf = async (origin: string, own: string): Promise<string> =>
  UUID.test(own) ? own : derivedId(origin, own)

/** The id under which a message is stored in that conversation: its own id where Parley's form of ids allows it. */
export const messageIdOf = async (origin: string, conversationId: string, own: string): Promise<string> =>
  clientId.safeParse(own).success ? own : derivedId(origin, conversationId, own)

/** A UUID derived from these names, so that a second import finds what the first one stored. RFC 9562 §5.8: a UUIDv8 of SHA-256. */
export async function derivedId(...names: string[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(names)))
  const bytes = new Uint8Array(digest, 0, 16)
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
