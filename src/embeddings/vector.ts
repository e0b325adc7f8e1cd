/** The length of every vector that Parley stores, computes or compares. */
export const EMBEDDING_DIMENSIONS = 1536

/**
 * One embedding. A `Float32Array`, because pgvector and the providers hold single precision anyway: what is in memory is
 * what gets stored, half the bytes of a `number[]`, and a number too large for the column shows up as Infinity here.
 */
export type EmbeddingVector = Float32Array

export type VectorProblem = 'dimension' | 'not_finite' | 'zero'

/**
 * Why these numbers cannot be an embedding, or null when they can. Judged in single precision: 1e300 is not finite and
 * 1e-60 is zero there. One loop of some microseconds, meant to be used in place of a schema for each element.
 */
export function vectorProblem(values: ArrayLike<number>): VectorProblem | null {
  if (values.length !== EMBEDDING_DIMENSIONS) return 'dimension'
  const squares = sumOfSquares(values)
  // Squares of single-precision numbers cannot overflow a double, so the sum is finite exactly when every element is.
  if (!Number.isFinite(squares)) return 'not_finite'
  return squares === 0 ? 'zero' : null
}

/**
 * The same direction with length 1, in place. pgvector adds squares up in single precision, where very long and very
 * short vectors have no cosine. A vector that is of unit length already keeps its exact numbers.
 */
export function toUnitLength(vector: EmbeddingVector): EmbeddingVector {
  const length = lengthOf(vector)
  if (Math.abs(length - 1) > 1e-4) {
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length
  }
  return vector
}

/**
 * A vector from a provider's answer: an array of numbers, or base64 of little-endian single-precision numbers. Null when
 * it is neither, or not an embedding.
 */
export function decodeVector(raw: unknown): EmbeddingVector | null {
  const vector = typeof raw === 'string' ? fromBase64(raw) : fromNumbers(raw)
  return vector !== null && vectorProblem(vector) === null ? toUnitLength(vector) : null
}

/**
 * pgvector's text form, `[1234567e-8,0,…]`: the fewest of 7, 8 or 9 significant digits that give the same
 * single-precision number back, as an integer and a power of ten.
 *
 * `join` prints every element as a double, some 18 digits of it: 32.5 KB and 0.2 ms for 1536 elements, against 19 KB and
 * 0.12 ms here, since V8 formats small integers much faster than doubles.
 */
export function toVectorLiteral(values: ArrayLike<number>): string {
  let text = '['
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text += ','
    text += formatFloat32(Math.fround(values[i] ?? Number.NaN))
  }
  return text + ']'
}

// 10^9 … 10^16: as doubles they are exact, and with them 1e-8 < |x| < 1 has nine digits before the point.
const POWERS = [1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16]

function formatFloat32(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1 || size < 1e-7) return String(value)
  let step = 0
  while (size * (POWERS[step] ?? 0) < 1e8) step++
  const power = POWERS[step] ?? 1
  for (let dropped = 2; dropped > 0; dropped--) {
    const scale = power / 10 ** dropped
    const digits = Math.round(value * scale)
    if (Math.fround(digits / scale) === value) return `${digits}e-${9 + step - dropped}`
  }
  return `${Math.round(value * power)}e-${9 + step}`
}

/** Its Euclidean length, of the numbers in single precision. */
export const lengthOf = (values: ArrayLike<number>): number => Math.sqrt(sumOfSquares(values))

function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    const value = Math.fround(values[i] ?? Number.NaN)
    sum += value * value
  }
  return sum
}

function fromNumbers(raw: unknown): EmbeddingVector | null {
  if (!Array.isArray(raw) || raw.length !== EMBEDDING_DIMENSIONS) return null
  const vector = new Float32Array(EMBEDDING_DIMENSIONS)
  for (let i = 0; i < EMBEDDING_DIMENSIONS; i++) {
    const value: unknown = raw[i]
    if (typeof value !== 'number') return null
    vector[i] = value
  }
  return vector
}

function fromBase64(raw: string): EmbeddingVector | null {
  if (raw.length !== (EMBEDDING_DIMENSIONS * 4 * 4) / 3) return null
  let binary: string
  try {
    binary = atob(raw)
  } catch {
    return null
  }
  if (binary.length !== EMBEDDING_DIMENSIONS * 4) return null
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  // Every machine that runs a Worker is little-endian, as the format is.
  return new Float32Array(bytes.buffer)
}
