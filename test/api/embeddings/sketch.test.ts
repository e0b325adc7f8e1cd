import { describe, expect, it } from 'vitest'
import { createLexicalEmbedder } from '../../../src/embeddings/lexical.ts'
import { SKETCH_BITS, sketchOf } from '../../../src/embeddings/sketch.ts'
import { random } from '../helpers.ts'
import { axis, cosine, randomVector } from '../vector-helpers.ts'

const bitsOf = (sketch: string): string[] =>
  sketch
    .slice(1)
    .split('')
    .flatMap((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0').split(''))

function differences(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [left, right] = [bitsOf(sketchOf(a)), bitsOf(sketchOf(b))]
  return left.filter((bit, i) => bit !== right[i]).length
}

/** What the angle between two vectors promises, and five standard deviations of it. */
function expected(a: ArrayLike<number>, b: ArrayLike<number>) {
  const share = Math.acos(Math.min(1, cosine(Array.from(a), Array.from(b)))) / Math.PI
  return { bits: share * SKETCH_BITS, slack: 5 * Math.sqrt(SKETCH_BITS * share * (1 - share)) + 1 }
}

const expectAngle = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  const { bits, slack } = expected(a, b)
  expect(Math.abs(differences(a, b) - bits)).toBeLessThan(slack)
}

describe('A sketch', () => {
  it('is a bit string as Postgres reads it', () => {
    expect(sketchOf(axis(0))).toMatch(/^x[0-9a-f]{512}$/)
  })

  it('differs in as many bits as the angle promises, however alike the vectors are', () => {
    const next = random(5)
    for (const noise of [0.05, 0.2, 0.5, 1, 2, 8]) {
      const a = randomVector(next)
      const b = randomVector(next).map((element, i) => (a[i] ?? 0) + noise * element)
      expectAngle(a, b)
    }
  })

  it('does so for vectors that are zero nearly everywhere', async () => {
    for (const [i, j] of [
      [0, 1],
      [3, 1535],
      [700, 701],
    ] as const) {
      expectAngle(axis(i), axis(j))
    }
    const texts = ['pruning apple trees', 'pruning apple trees in winter', 'a bicycle chain', 'x']
    const [vectors] = await createLexicalEmbedder().embed(texts)
    for (const a of vectors ?? []) for (const b of vectors ?? []) expectAngle(a, b)
  })

  it('tells only of the direction', () => {
    const a = randomVector(random(6))
    expect(sketchOf(a.map((element) => element * 1000))).toBe(sketchOf(a))
    expect(
      differences(
        a,
        a.map((element) => -element),
      ),
    ).toBe(SKETCH_BITS)
  })

  it('is the same for ever: stored ones are compared with new ones', async () => {
    const steps = Array.from({ length: 1536 }, (_, i) => ((i * 7919) % 1536) - 768)
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(sketchOf(steps)))
    expect(new Uint8Array(digest).toHex()).toBe('f899ddfee45fb55c7c843bcf384f07f262481599b46e7bc44dff4c30bae91576')
  })
})
