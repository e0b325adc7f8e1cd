import { KIND } from './blocks.ts'
import { clusterEdge, isClusterEdge, wordEdge } from './graphemes.ts'
import { isBlank, isLineEnd, nextLine, skipBlank, trimEnd } from './lines.ts'
import { itemContent } from './markers.ts'
import { endsSentence } from './sentences.ts'

const CLAUSE_MARKS = new Set('、，；：')

/**
 * The best place to cut a block between `start` and `limit`: at a line's end in a fence and in a table; else before a
 * list item, behind a sentence, a line or a word, the strongest that leaves no less than `least`. 0 where there is none.
 */
export function cutInside(text: string, kind: number, start: number, least: number, limit: number): number {
  if (kind === KIND.fence || kind === KIND.table) return cutLineEnd(text, start, start, limit)
  return (
    (kind === KIND.list ? cutItem(text, start, least, limit) : 0) ||
    cutSentence(text, start, least, limit) ||
    cutLineEnd(text, start, least, limit) ||
    cutWord(text, start, Math.max(start, (least + limit) / 2), limit)
  )
}

/**
 * Where a line, or a sentence or a word, is cut that is longer than a chunk: never inside a grapheme cluster, nor inside a
 * word of a script that has no spaces.
 */
export function cutLine(text: string, pos: number, limit: number): number {
  return trimEnd(text, pos, wordEdge(text, pos, limit) || clusterEdge(text, pos, limit))
}

/** The last place to cut between words, or else within one; `start` where there is no room for anything. */
export function cutAnywhere(text: string, start: number, limit: number): number {
  if (start >= limit) return start
  return cutWord(text, start, start, limit) || cutLine(text, start, limit)
}

function cutLineEnd(text: string, start: number, least: number, limit: number): number {
  for (let at = limit; at > least; at--) if (isLineEnd(text.charCodeAt(at))) return trimEnd(text, start, at)
  return 0
}

function cutItem(text: string, start: number, least: number, limit: number): number {
  for (let at = limit; at > least; at--) {
    if (!isLineEnd(text.charCodeAt(at))) continue
    const next = nextLine(text, at)
    // Of the next line no more is read than its marker needs.
    const first = skipBlank(text, next, Math.min(next + 40, text.length))
    if (itemContent(text, first, Math.min(first + 12, text.length)) >= 0) return trimEnd(text, start, at)
  }
  return 0
}

function cutSentence(text: string, start: number, least: number, limit: number): number {
  for (let at = limit; at > least; at--) {
    if (!isBlank(text.charCodeAt(at - 1)) && endsSentence(text, at) && isClusterEdge(text, start, at)) return at
  }
  return 0
}

function cutWord(text: string, start: number, least: number, limit: number): number {
  for (let at = limit; at > least; at--) {
    if (isBlank(text.charCodeAt(at))) return trimEnd(text, start, at)
    if (CLAUSE_MARKS.has(text.charAt(at - 1)) && isClusterEdge(text, start, at)) return at
  }
  return 0
}
