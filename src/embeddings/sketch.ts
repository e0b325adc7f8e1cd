import { EMBEDDING_DIMENSIONS } from './vector.ts'

/** Bits of a sketch. */
export const SKETCH_BITS = 2048

const ROUNDS = 2

/**
 * The sketch of a vector: bits of which two vectors differ in the more the wider the angle between them is, on average in
 * angle/π of them. Comparing sketches takes a 24th of the bytes, and tells which vectors are worth a closer look.
 *
 * Random hyperplanes (Charikar 2002, "Similarity estimation techniques from rounding algorithms"): bit i is the sign of the
 * vector's product with the i-th row of a random rotation. The rotation is two rounds of random signs and a Walsh-Hadamard
 * transform (as in Ailon and Chazelle 2009), so that it takes some 50 µs and no table. Signs are the same everywhere and for
 * ever: sketches are stored.
 *
 * @param values 1536 numbers, of whatever length as a vector
 * @returns the bits as Postgres reads a `bit(2048)`: `x` and 512 hexadecimal digits
 */
export function sketchOf(values: ArrayLike<number>): string {
  const rotated = new Float32Array(SKETCH_BITS)
  for (let i = 0; i < EMBEDDING_DIMENSIONS; i++) rotated[i] = values[i] ?? 0
  for (let round = 0; round < ROUNDS; round++) {
    flipSigns(rotated, round)
    transform(rotated)
  }
  let text = 'x'
  for (let i = 0; i < SKETCH_BITS; i += 4) {
    const digit = bitAt(rotated, i) * 8 + bitAt(rotated, i + 1) * 4 + bitAt(rotated, i + 2) * 2 + bitAt(rotated, i + 3)
    text += DIGITS[digit]
  }
  return text
}

const DIGITS = '0123456789abcdef'

const bitAt = (values: Float32Array, i: number): number => ((values[i] ?? 0) > 0 ? 1 : 0)

/** Half of them, by a hash of their place. */
function flipSigns(values: Float32Array, round: number): void {
  for (let i = 0; i < values.length; i++) {
    if (mix(i + round * SKETCH_BITS) & 1) values[i] = -(values[i] ?? 0)
  }
}

/** The Walsh-Hadamard transform, in place and without its factor, which changes no sign. */
function transform(values: Float32Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let start = 0; start < values.length; start += half * 2) {
      for (let i = start; i < start + half; i++) {
        const a = values[i] ?? 0
        const b = values[i + half] ?? 0
        values[i] = a + b
        values[i + half] = a - b
      }
    }
  }
}

/** MurmurHash3's finalizer. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
