import { base64url } from 'jose'
import { fail, ok, type Result } from '../result.ts'

export type JsonObject = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// Unpadded base64url in its one canonical form: decoders also accept set bits past the end, and with them several
// spellings of one signature.
const canonicalBase64url = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/

const pollutingNames = new Set(['__proto__', 'constructor', 'prototype'])
const maxDepth = 16

export const isCanonicalBase64url = (text: string): boolean => text !== '' && canonicalBase64url.test(text)

/**
 * Reads a JSON object out of one part of a token. Refuses what parsers disagree about: a name that occurs twice, names
 * that reach a prototype, text that is not UTF-8; and nesting deeper than 16.
 *
 * @param part canonical base64url
 */
export function decodeJsonObject(part: string): Result<JsonObject, 'malformed'> {
  try {
    const text = utf8.decode(base64url.decode(part))
    const value: unknown = JSON.parse(text)
    if (!isObject(value) || countMembers(value, 0) !== countColons(text)) return fail('malformed')
    return ok(value)
  } catch {
    return fail('malformed')
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Members of all objects in a parsed value; not a number where it must be refused. */
function countMembers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth >= maxDepth) return Number.NaN
  let count = 0
  for (const [name, member] of Object.entries(value)) {
    if (pollutingNames.has(name)) return Number.NaN
    count += (Array.isArray(value) ? 0 : 1) + countMembers(member, depth + 1)
  }
  return count
}

/** In valid JSON each colon outside a string is one member, so that duplicates show as a surplus of colons. */
function countColons(text: string): number {
  let count = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (inString && char === '\\') index++
    else if (char === '"') inString = !inString
    else if (!inString && char === ':') count++
  }
  return count
}
