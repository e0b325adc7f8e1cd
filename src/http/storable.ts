import type { FieldError } from '../result.ts'

/** Levels below the outermost list or object. */
export const MAX_DEPTH = 32
export const TOO_DEEP = `must not be nested deeper than ${MAX_DEPTH} levels`
const MAX_PATH = 128
/** A full embedding has 1536, a full append of 100 messages with all their metadata some thousands. */
const MAX_VALUES = 50_000
/** A longer body has as many for each mebibyte; parsing bounds lists and objects, too. */
export const mostValues = (maxBody: number): number => MAX_VALUES * Math.max(1, maxBody / 1024 / 1024)

/**
 * Finds what JSON can say and Postgres cannot keep: NUL bytes, lone surrogates, numbers beyond a double (`1e999` parses
 * as Infinity); the name `__proto__`; and what is nested deeper or has more members than anything honest, before
 * recursion and loops elsewhere meet it.
 *
 * @returns the first such place, with its dotted path, or null
 */
export function findUnstorable(value: unknown, maxValues: number = MAX_VALUES): FieldError | null {
  const found = walk(value, 0, { left: maxValues, most: maxValues })
  return found && { path: found.path.toReversed().join('.') || '(root)', message: found.message }
}

/** A client's own names may be in a path, and they may be long. */
export const cutPath = (path: string): string =>
  path.length > MAX_PATH ? `${path.slice(0, MAX_PATH).toWellFormed()}…` : path

interface Found {
  /** From the inside out: most values are fine, so a path is only put together on the way back. */
  path: (string | number)[]
  message: string
}

/** How many values the rest of the walk may meet. */
interface Budget {
  left: number
  most: number
}

const tooMany = ({ most }: Budget): Found => ({
  path: [],
  message: `must not bring the body to more than ${most} values`,
})

function walk(value: unknown, depth: number, budget: Budget): Found | null {
  switch (typeof value) {
    case 'string':
      return refuseText(value)
    case 'number':
      return Number.isFinite(value) ? null : { path: [], message: 'must be a finite number' }
    case 'object':
      break
    default:
      return null
  }
  if (value === null) return null
  if (depth > MAX_DEPTH) return { path: [], message: TOO_DEEP }
  return Array.isArray(value)
    ? walkArray(value, depth, budget)
    : walkObject(value as Record<string, unknown>, depth, budget)
}

function walkArray(values: unknown[], depth: number, budget: Budget): Found | null {
  budget.left -= values.length
  if (budget.left < 0) return tooMany(budget)
  for (let i = 0; i < values.length; i++) {
    const found = walk(values[i], depth + 1, budget)
    if (found) return within(found, i)
  }
  return null
}

function walkObject(object: Record<string, unknown>, depth: number, budget: Budget): Found | null {
  for (const key in object) {
    if (--budget.left < 0) return tooMany(budget)
    const found = refuseKey(key) ?? walk(object[key], depth + 1, budget)
    if (found) return within(found, key)
  }
  return null
}

function within(found: Found, key: string | number): Found {
  found.path.push(key)
  return found
}

/** `__proto__` would be dropped on the way, without a word. */
const refuseKey = (key: string): Found | null =>
  key === '__proto__' ? { path: [], message: 'must not be a name' } : refuseText(key)

function refuseText(text: string): Found | null {
  if (text.includes('\0'))
    return { path: [], message: 'must not contain NUL bytes: text is expected, not a binary file' }
  if (!text.isWellFormed()) return { path: [], message: 'must not contain lone surrogates' }
  return null
}
