import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../house.ts'
import type { Turn } from './model.ts'

/** Throws unless the answer has this status. @returns its body */
export function expectStatus(answer: Answer, status: number): Record<string, unknown> {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}`)
  return (answer.text === '' ? {} : JSON.parse(answer.text)) as Record<string, unknown>
}

/** Throws unless both are the same, all the way down. */
export function expectSame(what: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`)
}

/** `If-Match` as clients send it: mostly none, the current state's, an old one's, both, any. */
export function ifMatch({ dice }: Turn, version: number | undefined): { header?: string; holds: boolean } {
  const [now, old] = [`"${version ?? 1}"`, `"${(version ?? 1) + 7}"`]
  const choices = [
    { holds: true },
    { holds: true },
    { header: now, holds: true },
    { header: old, holds: false },
    { header: `${old}, ${now}`, holds: true },
    { header: `W/${now}`, holds: false },
    { header: '*', holds: true },
  ]
  return dice.pick(choices) ?? { holds: true }
}

export const withMatch = (match: { header?: string }): Record<string, string> =>
  match.header === undefined ? {} : { 'If-Match': match.header }

/** The status that a write to something must have. */
export const writeStatus = (exists: boolean, holds: boolean, status: number): number =>
  exists ? (holds ? status : 412) : 404
