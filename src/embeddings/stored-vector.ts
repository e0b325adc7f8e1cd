import { sketchOf } from './sketch.ts'
import { toUnitLength, toVectorLiteral } from './vector.ts'

/** What is stored of a vector, as Postgres reads it. */
export interface StoredVector {
  embedding: string
  sketch: string
}

/** At unit length, since only its direction is ever compared; and its sketch. */
export function toStoredVector(values: ArrayLike<number>): StoredVector {
  const unit = toUnitLength(Float32Array.from(values))
  return { embedding: toVectorLiteral(unit), sketch: sketchOf(unit) }
}
