import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { EMBEDDING_DIMENSIONS, vectorProblem } from '../../embeddings/vector.ts'
import { clientId, id, metadata, storedClientId, storedId, storedTime } from '../../http/fields.ts'
import { chatVectors } from '../embeddings/table.ts'

const VECTOR_PROBLEMS = {
  dimension: `must have ${EMBEDDING_DIMENSIONS} numbers`,
  not_finite: 'must hold numbers that single precision can keep',
  zero: 'must not be the zero vector',
}

/** 1536 finite numbers, not all of them zero. One loop in place of a schema for each number, once there are 1536. */
export const embedding = z
  .custom<number[]>()
  .superRefine((value, ctx) => {
    if (!Array.isArray(value)) return ctx.addIssue({ code: 'custom', message: 'must be an array of numbers' })
    if (value.length !== EMBEDDING_DIMENSIONS) {
      return ctx.addIssue({ code: 'custom', message: VECTOR_PROBLEMS.dimension })
    }
    const wrong = value.findIndex((element) => typeof element !== 'number')
    if (wrong >= 0) return ctx.addIssue({ code: 'custom', path: [wrong], message: 'must be a number' })
    const problem = vectorProblem(value)
    if (problem) ctx.addIssue({ code: 'custom', message: VECTOR_PROBLEMS[problem] })
  })
  .meta({
    type: 'array',
    items: { type: 'number' },
    minItems: EMBEDDING_DIMENSIONS,
    maxItems: EMBEDDING_DIMENSIONS,
  })

/** For the reference: the first axis. */
export const exampleEmbedding = Array.from({ length: EMBEDDING_DIMENSIONS }, (_, i) => Number(i === 0))

export const vectorRow = createSelectSchema(chatVectors, {
  id: storedId,
  conversationId: storedClientId.nullable(),
  messageId: storedClientId.nullable(),
  chunkId: storedId.nullable(),
  documentId: storedId.nullable(),
  dimensions: z.int(),
  metadata: z.record(z.string(), z.unknown()),
  createdAt: storedTime,
}).omit({ userId: true, clientProvided: true, embedding: true, clientEmbedding: true, sketch: true })
export type VectorRow = z.output<typeof vectorRow>

/** A stored vector on the wire; its 1536 numbers stay where they are. */
export const vectorSchema = vectorRow.meta({ id: 'Vector' })

interface MessageName {
  conversationId?: string | null | undefined
  messageId?: string | null | undefined
}

/** A message is named by its conversation and its id, or not at all. */
export const namesWholeMessage = ({ conversationId, messageId }: MessageName) => !conversationId === !messageId
/** For `.refine()` with {@link namesWholeMessage}. */
export const halfNamed = { path: ['conversationId'], error: 'goes with messageId, and messageId with it' }

export const vectorCreate = z
  .strictObject({
    id: id.optional(),
    embedding,
    conversationId: clientId.optional().meta({ description: 'Of the message' }),
    messageId: clientId.optional().meta({ description: 'A message of that conversation' }),
    model: z.string().trim().min(1).max(128).default('custom').meta({ description: 'Which model made the embedding' }),
    content: z.string().max(32_000).nullable().default(null),
    metadata: metadata.prefault({}),
  })
  .refine(namesWholeMessage, halfNamed)
  .meta({ id: 'NewVector', dependentRequired: { messageId: ['conversationId'], conversationId: ['messageId'] } })
export type VectorCreate = z.output<typeof vectorCreate>

export const searchLimit = z.int().min(1).max(50).default(10)
export const threshold = z.number().min(-1).max(1).optional().meta({ description: 'Least cosine similarity' })

export const ofModel = z.string().trim().min(1).max(128).optional().meta({ description: 'Only vectors of this model' })

export const vectorSearch = z
  .strictObject({ embedding, model: ofModel, limit: searchLimit, threshold })
  .meta({ id: 'VectorSearch' })
export type VectorSearch = z.output<typeof vectorSearch>

/** How the nearest vectors were found. */
export const recall = z.enum(['exact', 'approximate'])
/** Cosine similarity, -1 to 1. */
export const score = z.number()

export const vectorHit = vectorRow.extend({ score })

export const vectorHits = z.object({ data: z.array(vectorHit), recall }).meta({ id: 'VectorHits' })
export type VectorHits = z.output<typeof vectorHits>
