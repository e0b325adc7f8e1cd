import { fail, type FieldError, ok, type Result } from '../result.ts'
import { type Container, keyOf, walkJson } from './json-walk.ts'
import { cutPath, MAX_DEPTH, TOO_DEEP } from './storable.ts'

/** A text with no more lists and objects than this is parsed in some 25 MiB, however they are nested. */
const HARMLESS_CONTAINERS = 250_000
/** Each takes some 110 bytes when it is parsed: these take 44 MiB of the 128 that an isolate has. */
const MAX_CONTAINERS = 400_000

/** What may be an integer beyond 2^53. A fraction of as many digits is none. */
const LONG_NUMBER = /[^.\d]\d{16}/
const INTEGER = /^-?\d+$/

/** Parsed lists and objects with an integer that `JSON.parse` has rounded: the first member that is one. */
const roundedMembers = new WeakMap<object, string>()

/**
 * Parses what a client has sent. Nesting is looked at before parsing: 5 MiB of `[[[…]]]` take more memory than an isolate has.
 * What is nested deeper than Postgres and the schemas should meet, but harmless to parse, is left to `findUnstorable`,
 * which names its path.
 *
 * @returns the value, or what is wrong with the text as a whole
 */
export function parseJson(text: string): Result<unknown, FieldError> {
  const tooMuch = hasManyContainers(text) ? refuseContainers(text) : undefined
  if (tooMuch) return fail(tooMuch)
  const value = parseOrUndefined(text)
  if (value === undefined) return fail({ path: '(root)', message: 'is not valid JSON' })
  if (LONG_NUMBER.test(text)) noteRounded(text, value)
  return ok(value)
}

/** For integers that must not change in silence. */
export const ROUNDED = 'must be an integer that a double can hold; send longer ones as text'

/** @returns the path to the first integer that {@link parseJson} had to round, within a value or a part of one; or null */
export function findRounded(value: unknown): string[] | null {
  if (typeof value !== 'object' || value === null) return null
  const own = roundedMembers.get(value)
  if (own !== undefined) return [own]
  for (const [key, member] of Object.entries(value)) {
    const path = findRounded(member)
    if (path) return [key, ...path]
  }
  return null
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Counts brackets in strings, too: that is faster than to tell them apart. */
function hasManyContainers(text: string): boolean {
  if (text.length <= HARMLESS_CONTAINERS) return false
  let count = 0
  for (const bracket of '[{') {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > HARMLESS_CONTAINERS) return true
    }
  }
  return false
}

/** @returns what is wrong with how many lists and objects there are, or how deep */
function refuseContainers(text: string): FieldError | undefined {
  let count = 0
  return walkJson(text, {
    container(open) {
      // As `findUnstorable` counts: the outermost is level 0.
      if (open.length - 1 > MAX_DEPTH) return { path: pathOf(text, open), message: TOO_DEEP }
      if (++count <= MAX_CONTAINERS) return undefined
      return { path: '(root)', message: `must not have more than ${MAX_CONTAINERS} lists and objects` }
    },
  })
}

/** @returns the dotted path to the last of the containers. A text that is not JSON may have none. */
function pathOf(text: string, open: readonly Container[]): string {
  try {
    const keys = open.slice(0, -1).map((container) => keyOf(text, container))
    return cutPath(keys.join('.'))
  } catch {
    return '(root)'
  }
}

/**
 * Notes the integers that the parsed value does not have as the text does. A walk over the text: the reviver of `JSON.parse`
 * is told the source of each number, but takes a microsecond for each value.
 */
function noteRounded(text: string, root: unknown): void {
  /** The value of each open container that has been asked for, and where that begins in the text. */
  const values: { start: number; value: unknown }[] = []
  const valueOf = (open: readonly Container[]): unknown => {
    let value = root
    for (const [depth, container] of open.entries()) {
      const parent = open[depth - 1]
      const known = values[depth]
      if (known?.start === container.start) value = known.value
      else {
        if (parent) value = memberOf(value, keyOf(text, parent))
        values[depth] = { start: container.start, value }
      }
    }
    return value
  }
  let noted = -1
  walkJson(text, {
    number(start, end, open) {
      const top = open.at(-1)
      // What is deeper is refused for that.
      if (!top || top.start === noted || open.length > MAX_DEPTH + 2 || !isRounded(text.slice(start, end))) return
      noted = top.start
      const holder = valueOf(open)
      // A name may occur twice: then the last one is what counts, and may be anything.
      if (typeof holder !== 'object' || holder === null || roundedMembers.has(holder)) return
      roundedMembers.set(holder, keyOf(text, top))
    },
  })
}

/** Whether a token is an integer that is written as another one once it has been a double. */
function isRounded(token: string): boolean {
  if (token.length < 16 || !INTEGER.test(token)) return false
  const value = Math.abs(Number(token))
  // Infinity is refused everywhere.
  return !Number.isSafeInteger(value) && value !== Infinity && digitsOf(value) !== token.replace('-', '')
}

/** What `JSON.stringify` writes, with the zeros that an exponent stands for: Postgres keeps them. */
function digitsOf(value: number): string {
  const [digits = '', exponent] = String(value).split('e+')
  return exponent === undefined ? digits : digits.replace('.', '').padEnd(Number(exponent) + 1, '0')
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
