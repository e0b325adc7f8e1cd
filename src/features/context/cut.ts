import { clusterEdge, isClusterEdge } from '../../chunking/graphemes.ts'
import { estimateTokens } from '../../tokens/estimate.ts'

/** How far back a word may begin. */
const LONGEST_WORD = 40

/**
 * The beginning of a text that takes at most so many tokens. It ends with a whole word where one ends nearby, and never inside of what a
 * reader takes for one character.
 *
 * @param whole tokens of all of it
 */
export function cutToTokens(text: string, most: number, whole: number = estimateTokens(text)): string {
  let head = text
  for (let tokens = whole; tokens > most && head !== ''; tokens = estimateTokens(head)) {
    head = text.slice(0, edgeBefore(text, Math.floor((head.length * Math.max(0, most)) / tokens)))
  }
  if (head === text) return text
  const tail = head.slice(-LONGEST_WORD)
  const wordEnd = tail.search(/\s\S*$/)
  return (wordEnd === -1 ? head : head.slice(0, head.length - tail.length + wordEnd)).trimEnd()
}

function edgeBefore(text: string, limit: number): number {
  const edge = clusterEdge(text, 0, limit)
  return edge <= limit && isClusterEdge(text, 0, edge) ? edge : 0
}
