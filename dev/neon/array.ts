/**
 * Writes a Postgres array literal as a JSON array. Bounds (`[2:3]={…}`) have no place in JSON and are dropped.
 *
 * @param literal as the server prints it
 * @param item writes one element as JSON; null for an unquoted NULL
 */
export function parseArray(literal: string, item: (text: string | null) => string): string {
  let at = literal.startsWith('[') ? literal.indexOf('=') + 1 : 0

  const quoted = () => {
    let text = ''
    for (at += 1; literal[at] !== '"'; at += 1) {
      if (literal[at] === '\\') at += 1
      text += literal[at] ?? ''
      if (at >= literal.length) break
    }
    at += 1
    return text
  }
  const unquoted = () => {
    const start = at
    while (at < literal.length && literal[at] !== ',' && literal[at] !== '}') at += 1
    const text = literal.slice(start, at)
    return text === 'NULL' ? null : text
  }
  const list = (): string => {
    const items: string[] = []
    at += 1
    while (at < literal.length && literal[at] !== '}') {
      if (literal[at] === '{') items.push(list())
      else items.push(item(literal[at] === '"' ? quoted() : unquoted()))
      if (literal[at] === ',') at += 1
    }
    at += 1
    return `[${items.join(',')}]`
  }
  return list()
}
