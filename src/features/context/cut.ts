import { estimateTokens } from '../../tokens/estimate.ts'

/** How far back a word may begin. */
const LONGEST_WORD = 40

/**
 * The beginning of a text that takes at most so many tokens. It ends with a whole word where one ends nearby, and never inside a surrogate pair.
 *
 * @param whole tokens of all of it
 */
export function cutToTokens(text: string, most: number, whole: number = estimateTokens(text)): string {
  let head = text
  for (let tokens = whole; tokens > most && head !== ''; tokens = estimateTokens(head)) {
    head = outsidePair(head.slice(0, Math.floor((head.length * Math.max(0, most)) / tokens)))
  }
  if (head === text) return text
  const tail = head.slice(-LONGEST_WORD)
  const wordEnd = tail.search(/\s\S*$/)
  return (wordEnd === -1 ? head : head.slice(0, head.length - tail.length + wordEnd)).trimEnd()
}

const outsidePair = (head: string): string => head.replace(/[\uD800-\uDBFF]$/, '')
