import type { ModelCursor, Player, Turn } from './model.ts'

const KEPT = 40

/** Remembers what a list gave out, for this player's next pages and for the others to try. */
export function keepCursor(me: Player, cursor: Omit<ModelCursor, 'text'> & { text: string | null }): void {
  if (cursor.text === null) return
  me.cursors.push({ ...cursor, text: cursor.text })
  if (me.cursors.length > KEPT) me.cursors.shift()
}

export interface ChosenCursor {
  cursor?: ModelCursor
  /** Whether this list gave it to this player, and nobody changed it. */
  valid: boolean
  /** The part of the query that carries it. */
  query: string
}

/** A cursor for a list: mostly none or the list's own, else another list's, another user's, or an altered one. */
export function cursorFor({ me, other, dice }: Turn, list: string): ChosenCursor {
  if (dice.chance(40)) return { valid: true, query: '' }
  const throwOf100 = dice.int(100)
  const [kind = list] = list.split(':')
  const from =
    throwOf100 < 50
      ? me.cursors.filter((each) => each.list === list)
      : (throwOf100 < 60 ? me : other).cursors.filter((each) => throwOf100 < 65 || each.list.startsWith(kind))
  const cursor = dice.pick(from)
  if (!cursor) return { valid: true, query: '' }
  if (dice.chance(5)) {
    const at = dice.int(cursor.text.length)
    const text = `${cursor.text.slice(0, at)}${cursor.text[at] === 'A' ? 'B' : 'A'}${cursor.text.slice(at + 1)}`
    return { cursor, valid: false, query: `&cursor=${text}` }
  }
  return { cursor, valid: me.cursors.includes(cursor) && cursor.list === list, query: `&cursor=${cursor.text}` }
}
