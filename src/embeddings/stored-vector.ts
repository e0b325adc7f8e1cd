import { sketchOf } from './sketch.ts'
import { lengthOf, toUnitLength, toVectorLiteral } from './vector.ts'

/** What is stored of a vector, as Postgres reads it. */
export interface StoredVector {
  embedding: string
  sketch: string
}

/** Beyond these lengths pgvector's squares, in single precision, are infinite or zero. */
const [SHORTEST, LONGEST] = [1e-15, 1e15]

/** What a client has brought, as it was sent; at unit length where it is so long or short that it could not be compared. */
export function toClientVector(values: ArrayLike<number>): StoredVector {
  const unit = toStoredVector(values)
  const length = lengthOf(values)
  if (length < SHORTEST || length > LONGEST) return unit
  return { embedding: toVectorLiteral(Float32Array.from(values)), sketch: unit.sketch }
}

/** At unit length, since only its direction is ever compared; and its sketch. */
export function toStoredVector(values: ArrayLike<number>): StoredVector {
  const unit = toUnitLength(Float32Array.from(values))
  return { embedding: toVectorLiteral(unit), sketch: sketchOf(unit) }
}
