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

interface Versioned {
  version: number
  createdAt: string
}

/** The entity tag of something, or of what it was so many changes later. */
export const etagOf = ({ version, createdAt }: Versioned, later = 0): string =>
  `"${version + later}-${Date.parse(createdAt).toString(36)}"`

/** `If-Match` as clients send it: mostly none, the current state's, an old one's, both, any. */
export function ifMatch({ dice }: Turn, mine: Versioned | undefined): { header?: string; holds: boolean } {
  // Of what a save has made, nobody knows yet when.
  if (mine?.createdAt === '') return { holds: true }
  const state = mine ?? { version: 1, createdAt: '2026-01-01T00:00:00.000Z' }
  const [now, old] = [etagOf(state), etagOf(state, 7)]
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
