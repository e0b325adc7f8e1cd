import { isBlank, outsidePair } from './lines.ts'

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Any locale: the dictionary goes by the script. */
const WORDS = new Intl.Segmenter('en', { granularity: 'word' })

/** How far back a place is looked for that certainly starts a grapheme cluster. */
const FAR = 64
/** How much is read after a cut, so that the words before it are the right ones. */
const AHEAD = 64

/** Code units that start a grapheme cluster whatever stands before them, prepended marks aside. */
function isPlain(code: number): boolean {
  if (code < 0x300) return code !== 0xa9 && code !== 0xae && code !== 0x0a
  return (
    (code >= 0x3001 && code <= 0x3029) ||
    (code >= 0x3041 && code <= 0x3096) ||
    (code >= 0x309b && code <= 0x30ff) ||
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0xff01 && code <= 0xff9d)
  )
}

/** Whether a code unit may be a mark that is part of the cluster after it. */
function isPrepended(code: number): boolean {
  return (code >= 0x600 && code <= 0x8e2) || code === 0xd4e || (code >= 0xdc00 && code <= 0xdfff)
}

/** What goes on with the cluster before it: all that may be said of a character without what is before it. */
const GOES_ON = /^(?:[\p{M}\p{EMod}\u0e33\u0eb3\uff9e\uff9f]|\u200c|\u200d)/u

const startsCluster = (text: string, at: number): boolean =>
  isPlain(text.charCodeAt(at)) && !isPrepended(text.charCodeAt(at - 1))

/** A place at or before `at` from which clusters can be counted; `from` is one. */
function clusterStart(text: string, from: number, at: number): number {
  for (let start = at; start > from && at - start <= FAR; start--) {
    if (isBlank(text.charCodeAt(start)) || startsCluster(text, start)) return start
  }
  return from
}

/**
 * Whether `at` is between two grapheme clusters: what a reader takes for one character, such as a letter with its accents, a
 * syllable of Devanagari or a family of emoji. White space belongs to none. `from`, at or before it, is such a place.
 */
export function isClusterEdge(text: string, from: number, at: number): boolean {
  if (at <= from || at >= text.length || isBlank(text.charCodeAt(at)) || isBlank(text.charCodeAt(at - 1))) return true
  if (startsCluster(text, at)) return true
  if (isPlain(text.charCodeAt(at - 1))) return !GOES_ON.test(text.slice(at, at + 2))
  const start = clusterStart(text, from, at - 1)
  // Whether there is a boundary hangs on what is before it, and on one character after it.
  return GRAPHEMES.segment(text.slice(start, at + 2)).containing(at - start)?.index === at - start
}

/** The last place between two grapheme clusters after `from`, `limit` at most; within a cluster that is longer than that. */
export function clusterEdge(text: string, from: number, limit: number): number {
  if (isClusterEdge(text, from, limit)) return limit
  const start = clusterStart(text, from, limit - 1)
  const edge = start + (GRAPHEMES.segment(text.slice(start, limit + 2)).containing(limit - start)?.index ?? 0)
  if (edge > from) return edge
  const whole = outsidePair(text, limit)
  return whole > from ? whole : limit + 1
}

/**
 * The last place between two words after `from`, `limit` at most, in a script that puts no space between words (Thai, Lao,
 * Khmer, Burmese, Chinese, Japanese); 0 where `limit` is in another one, or there is none.
 */
export function wordEdge(text: string, from: number, limit: number): number {
  if (!isUnspaced(text.charCodeAt(limit)) || !isUnspaced(text.charCodeAt(limit - 1))) return 0
  // Words are told from where such writing starts: from the middle of one, others would be found.
  const least = text.charCodeAt(limit) < 0x2000 ? from : Math.max(from, limit - FAR)
  let start = limit
  while (start > least && !isBlank(text.charCodeAt(start - 1))) start--
  const segments = WORDS.segment(text.slice(start, limit + AHEAD))
  const edge = start + (segments.containing(limit - start)?.index ?? 0)
  return edge > from ? edge : 0
}

function isUnspaced(code: number): boolean {
  return (
    (code >= 0xe00 && code <= 0xeff) ||
    (code >= 0x1000 && code <= 0x109f) ||
    (code >= 0x1780 && code <= 0x17ff) ||
    (code >= 0x3041 && code <= 0x30ff) ||
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0xa9e0 && code <= 0xaa7f)
  )
}
