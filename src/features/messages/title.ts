import { type Part, textOf } from './parts.ts'

const MAX_LENGTH = 80

/**
 * What a conversation is called as long as nobody names it: the beginning of the first text of its user, in one line.
 *
 * @returns null where the user says nothing yet
 */
export function titleOf(
  messages: readonly { role: string; content?: string | undefined; parts?: readonly Part[] | undefined }[],
): string | null {
  for (const { role, content, parts = [] } of messages) {
    if (role !== 'user') continue
    const text = (content ?? textOf(parts)).slice(0, 8 * MAX_LENGTH)
    const line = text.replaceAll(/\s+/g, ' ').trim()
    if (line === '') continue
    if (line.length <= MAX_LENGTH) return line
    const cut = line
      .slice(0, MAX_LENGTH - 1)
      .toWellFormed()
      .replace(/\uFFFD$/, '')
    // At the end of a word, unless that costs too much.
    const space = cut.lastIndexOf(' ')
    return `${(space > MAX_LENGTH / 2 ? cut.slice(0, space) : cut).trimEnd()}…`
  }
  return null
}
