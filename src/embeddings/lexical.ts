import { ok } from '../result.ts'
import { type Embedder, refuseEmptyTexts } from './embedder.ts'
import { stem } from './stem.ts'
import { EMBEDDING_DIMENSIONS, type EmbeddingVector } from './vector.ts'
import { words } from './words.ts'

/** English words that say how a sentence is built rather than what it is about, the words of a question included. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both
  but by can could did do does doing down during each either etc few for from further get gets give given go goes had has
  have having he her here hers him his how however i if in into is it its itself just let like may me might more most much
  must my need no nor not now of off on once only onto or other our ours out over own please same shall she should since so
  some such than that the their them then there these they this those through thus to too under until up upon us use used
  uses using very via want was we well were what when where whether which while who whom whose why will with within without
  would you your yours`.split(/\s+/),
)

/** Changes whenever the same text would get another vector: stored ones could not be compared with new ones. */
export const LEXICAL_MODEL = 'lexical-hash-v1'

/** How much of a text counts, in UTF-16 units: about what a provider's model reads, and some milliseconds at the worst. */
const MAX_LENGTH = 8_192
const MAX_BATCH = 256
/** Measured: `npm run embeddings -- floor`. */
const FLOOR = 0.15

// Chosen by recall on questions about the READMEs of npm packages; the optimum is flat.
const STEM_WEIGHT = 1
const GRAM_WEIGHT = 0.8
const BIGRAM_WEIGHT = 0.3
const STOP_WORD_WEIGHT = 0.05
const SHORTEST_GRAM = 3
const LONGEST_GRAM = 4

// Where a feature's hash starts, so that a stem and an equal n-gram are two features.
const STOP_WORD = 0x811c9dc4
const STEM = 0x811c9dc7
const GRAM = 0x811c9dc6
const BIGRAM = 0x811c9dc1

/**
 * An embedder that needs no network and no key: it compares texts by the words and parts of words that they share.
 *
 * Feature hashing (Weinberger et al. 2009, as in scikit-learn's HashingVectorizer): each feature adds its weight, with a
 * sign of its own, to elements that its hash chooses, so that collisions cancel out on average. Features are stems, pairs of
 * neighbouring stems, and the character n-grams of each stem between `<` and `>` (as fastText takes them from words), all
 * dampened to the square root of their count; stop words hardly count. The vector has unit length.
 *
 * It is not a learned model: it does not know that "car" and "automobile" are related. Same text, same vector, everywhere.
 * Only the first 8,192 UTF-16 units of a text count.
 */
export function createLexicalEmbedder(): Embedder {
  return {
    model: LEXICAL_MODEL,
    floor: FLOOR,
    maxBatch: MAX_BATCH,
    fitting: (texts) => Math.min(texts.length, MAX_BATCH),
    embed: async (texts) => refuseEmptyTexts(texts) ?? ok(texts.map(lexicalVector)),
  }
}

function lexicalVector(text: string): EmbeddingVector {
  const { stopWords, stems, bigrams } = countFeatures(words(text.slice(0, MAX_LENGTH)))
  const sums = new Float64Array(EMBEDDING_DIMENSIONS)
  for (const [hash, count] of stopWords) addFeature(sums, hash, STOP_WORD_WEIGHT * Math.sqrt(count))
  for (const [hash, count] of bigrams) addFeature(sums, hash, BIGRAM_WEIGHT * Math.sqrt(count))
  for (const [word, count] of stems) {
    addFeature(sums, hashOf(word, STEM), STEM_WEIGHT * Math.sqrt(count))
    addGrams(sums, `<${word}>`, GRAM_WEIGHT * Math.sqrt(count))
  }
  return unitVector(sums)
}

function countFeatures(found: readonly string[]) {
  const stopWords = new Map<number, number>()
  const stems = new Map<string, number>()
  const bigrams = new Map<number, number>()
  let previous: number | null = null
  for (const word of found) {
    if (STOP_WORDS.has(word)) {
      count(stopWords, hashOf(word, STOP_WORD))
      continue
    }
    const root = stem(word)
    count(stems, root)
    const hash = hashOf(root, BIGRAM)
    if (previous !== null) count(bigrams, Math.imul(previous, 0x9e3779b1) ^ hash)
    previous = hash
  }
  return { stopWords, stems, bigrams }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** Spreads a word's weight over its n-grams, so that all of them together weigh as much as one feature would. */
function addGrams(sums: Float64Array, word: string, weight: number): void {
  let total = 0
  for (let n = SHORTEST_GRAM; n <= LONGEST_GRAM; n++) total += Math.max(0, word.length - n + 1)
  const share = weight / Math.sqrt(total)
  for (let start = 0; start + SHORTEST_GRAM <= word.length; start++) {
    let hash = GRAM
    const end = Math.min(word.length, start + LONGEST_GRAM)
    for (let i = start; i < end; i++) {
      hash = fnvStep(hash, word.charCodeAt(i))
      if (i - start + 1 >= SHORTEST_GRAM) addFeature(sums, hash, share)
    }
  }
}

/** Adds a feature at two places: measured against one, it finds more, since one bad collision spoils less. */
function addFeature(sums: Float64Array, hash: number, weight: number): void {
  addAt(sums, finish(hash), weight)
  addAt(sums, finish(hash ^ 0x9e3779b9), weight)
}

function addAt(sums: Float64Array, hash: number, weight: number): void {
  const place = Math.floor((hash / 2 ** 32) * EMBEDDING_DIMENSIONS * 2)
  const index = place >> 1
  sums[index] = (sums[index] ?? 0) + (place & 1 ? weight : -weight)
}

/** 32-bit FNV-1a over UTF-16 units. */
function hashOf(text: string, start: number): number {
  let hash = start
  for (let i = 0; i < text.length; i++) hash = fnvStep(hash, text.charCodeAt(i))
  return hash
}

function fnvStep(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193)
}

/** MurmurHash3's finalizer: FNV's high bits, which choose the place, are too alike for similar words. */
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function unitVector(sums: Float64Array): EmbeddingVector {
  let squares = 0
  for (const sum of sums) squares += sum * sum
  // All features may cancel out, if hardly ever: a text has a vector whatever happens.
  if (squares === 0) {
    sums[0] = 1
    squares = 1
  }
  const length = Math.sqrt(squares)
  return Float32Array.from(sums, (sum) => sum / length)
}
