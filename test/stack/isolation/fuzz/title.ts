const MAX_LENGTH = 80

/** What a conversation without a title shows: the beginning of the first text of its user, in one line, cut at a word. */
export function titleOf(messages: readonly { role: string; content: string }[]): string | null {
  const first = messages.find(({ role, content }) => role === 'user' && /\S/.test(content))
  if (!first) return null
  const line = first.content.replaceAll(/\s+/g, ' ').trim()
  if (line.length <= MAX_LENGTH) return line
  const cut = line.slice(0, MAX_LENGTH - 1)
  const space = cut.lastIndexOf(' ')
  return `${(space > MAX_LENGTH / 2 ? cut.slice(0, space) : cut).trimEnd()}…`
}
