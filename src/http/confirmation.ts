import * as z from 'zod'
import type { RowState } from '../db/row-state.ts'
import { type CursorScope, decodeCursor, encodeCursor } from './cursor.ts'

const stateKey = z.tuple([z.int(), z.iso.datetime({ precision: 3 })])

/** For what takes two calls. Like a cursor it needs no secret: all it proves is that the first one was made, in this state. */
export const confirmationOf = (scope: CursorScope, { version, createdAt }: RowState): Promise<string> =>
  encodeCursor(scope, [version, createdAt])

/** @returns the state that a confirmation is good for; null where it is not one of this scope */
export async function confirmedState(scope: CursorScope, confirmation: string): Promise<RowState | null> {
  const [key] = await decodeCursor(scope, confirmation, stateKey)
  return key && { version: key[0], createdAt: key[1] }
}
