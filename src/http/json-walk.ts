/** A list or an object that a walk over the text of JSON is in. */
export interface Container {
  isList: boolean
  /** The index of the element, or where the member's name begins. */
  at: number
  /** Where it begins. */
  start: number
}

export interface Visitor<T> {
  /** Called when a list or an object begins, the last of `open`. Anything but undefined ends the walk. */
  container?: (open: readonly Container[]) => T | undefined
  /** Called for each number, from `start` to `end`, within the containers that are open. */
  number?: (start: number, end: number, open: readonly Container[]) => void
}

/** Walks over a text that should be JSON. Of one that is not, it visits what looks like it. */
export function walkJson<T>(text: string, { container, number }: Visitor<T>): T | undefined {
  const open: Container[] = []
  let name = 0
  for (let i = 0; i < text.length; i++) {
    const top = open.at(-1)
    switch (text[i]) {
      case '"':
        name = i
        i = endOfString(text, i)
        break
      case ':':
        if (top) top.at = name
        break
      case ',':
        if (top?.isList) top.at += 1
        break
      case '[':
      case '{': {
        open.push({ isList: text[i] === '[', at: 0, start: i })
        const found = container?.(open)
        if (found !== undefined) return found
        break
      }
      case ']':
      case '}':
        open.pop()
        break
      default: {
        const end = endOfNumber(text, i)
        if (end > i) number?.(i, end, open)
        i = Math.max(i, end - 1)
      }
    }
  }
  return undefined
}

/** The index or name of the member of a container that the walk is at. */
export const keyOf = (text: string, { isList, at }: Container): string =>
  isList ? String(at) : (JSON.parse(text.slice(at, endOfString(text, at) + 1)) as string)

/** @returns where the string that begins at `start` has its closing quote, or the end of the text */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end
    while (text[first - 1] === '\\') first--
    if ((end - first) % 2 === 0) return end
  }
  return text.length
}

/** @returns where the number that begins at `start` ends; `start` where there is none */
function endOfNumber(text: string, start: number): number {
  let end = start
  for (;;) {
    const code = text.charCodeAt(end)
    const isDigit = code >= 48 && code <= 57
    // + - . E e
    if (!isDigit && code !== 43 && code !== 45 && code !== 46 && code !== 69 && code !== 101) return end
    end++
  }
}
