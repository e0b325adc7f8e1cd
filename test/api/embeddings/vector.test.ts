import { describe, expect, it } from 'vitest'
import { EMBEDDING_DIMENSIONS, toVectorLiteral, vectorProblem } from '../../../src/embeddings/embedder.ts'
import { decodeVector } from '../../../src/embeddings/vector.ts'

const filled = (value: number) => Array.from({ length: EMBEDDING_DIMENSIONS }, () => value)
const withFirst = (value: number) => filled(0.01).with(0, value)

/** Single-precision numbers from a fixed sequence of bit patterns, so over all magnitudes. */
function numbersOfAllSizes(): Float32Array {
  const bits = new Uint32Array(20_000)
  let state = 1
  for (let i = 0; i < bits.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bits[i] = state
  }
  return new Float32Array(bits.buffer).filter(Number.isFinite)
}

describe('toVectorLiteral', () => {
  it('gives every single-precision number back unchanged', () => {
    const ordinary = Float32Array.from({ length: 20_000 }, (_, i) => Math.sin(i) / (1 + (i % 40)))
    const edges = Float32Array.of(0, -0, 1, -1, 0.1, 1e-7, 9.9e-8, 0.99999994, 1e-45, 3.4028235e38, 123456.79, 1 / 3)
    for (const numbers of [ordinary, numbersOfAllSizes(), edges]) {
      const text = toVectorLiteral(numbers)
      const back = Float32Array.from(text.slice(1, -1).split(','), Number)
      expect(back.findIndex((value, i) => value !== numbers[i])).toBe(-1)
    }
  })

  it('rounds doubles to the precision that is stored', () => {
    expect(toVectorLiteral([0.1, 0.5, 0])).toBe('[1000000e-7,5000000e-7,0]')
    expect(toVectorLiteral([0.1 + 1e-12])).toBe(toVectorLiteral([0.1]))
  })

  it('takes less than 20 KB for an embedding', () => {
    const numbers = Float32Array.from({ length: EMBEDDING_DIMENSIONS }, (_, i) => Math.sin(i * i) / 28)
    expect(toVectorLiteral(numbers).length).toBeLessThan(20_000)
  })
})

describe('vectorProblem', () => {
  it.each([
    ['too short', [1, 2, 3], 'dimension'],
    ['too long', [...filled(1), 1], 'dimension'],
    ['zeros', filled(0), 'zero'],
    ['zeros once stored', filled(1e-60), 'zero'],
    ['NaN', withFirst(Number.NaN), 'not_finite'],
    ['Infinity', withFirst(Number.NEGATIVE_INFINITY), 'not_finite'],
    ['infinite once stored', withFirst(1e300), 'not_finite'],
    ['ordinary', withFirst(-0.5), null],
    ['the largest numbers', filled(3.4e38), null],
    ['the smallest number', filled(0).with(7, 1e-45), null],
  ])('says what is wrong with values: %s', (_name, values, problem) => {
    expect(vectorProblem(values)).toBe(problem)
  })
})

describe('decodeVector', () => {
  it('leaves the numbers of a vector of unit length alone', () => {
    const unit = filled(0).with(3, 0.6).with(9, -0.8)
    expect(decodeVector(unit)).toEqual(Float32Array.from(unit))
  })

  it('shortens what pgvector could not compare', () => {
    expect(decodeVector(filled(0).with(0, 3e38))?.[0]).toBe(1)
    expect(decodeVector(filled(0).with(0, -1e-40))?.[0]).toBe(-1)
  })

  it.each([
    ['null', null],
    ['an object', { 0: 1, length: EMBEDDING_DIMENSIONS }],
    ['strings', filled(0).map(String)],
    ['a gap', Object.assign([], { length: EMBEDDING_DIMENSIONS, 0: 1 })],
    ['no base64', '*'.repeat(8192)],
    ['base64 of too little', btoa('1234')],
    ['base64 of zeros', btoa('\0'.repeat(6144))],
    ['base64 of NaN', btoa('\0\0\u00c0\u007f'.repeat(1536))],
  ])('refuses %s', (_name, raw) => {
    expect(decodeVector(raw)).toBeNull()
  })
})
