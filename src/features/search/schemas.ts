import * as z from 'zod'
import { listOf, storedId, storedTime } from '../../http/fields.ts'
import { MESSAGE_ROLES } from '../messages/table.ts'
import { embedding, recall, score, searchLimit, threshold } from '../vectors/schemas.ts'

export const searchRequest = z
  .strictObject({
    query: z.string().trim().min(1).max(8_000).optional().meta({ description: 'A text; this or `embedding`' }),
    embedding: embedding.optional(),
    mode: z.enum(['semantic']).default('semantic'),
    sources: listOf(z.enum(['message']), { min: 1, max: 8 }).prefault(['message']),
    limit: searchLimit,
    threshold,
  })
  .refine((body) => (body.query === undefined) !== (body.embedding === undefined), {
    path: ['query'],
    error: 'give either query or embedding',
  })
export type SearchRequest = z.output<typeof searchRequest>

export const messageHit = z.object({
  source: z.literal('message'),
  id: storedId,
  conversationId: storedId,
  role: z.enum(MESSAGE_ROLES),
  seq: z.int(),
  content: z.string(),
  createdAt: storedTime,
  score,
  scoring: z.object({ similarity: score }).meta({ description: 'What the score is made of' }),
})

export const searchResults = z
  .object({
    data: z.array(messageHit),
    recall,
    pendingEmbeddings: z.int().meta({ description: "The user's texts that wait for their vector" }),
  })
  .meta({ id: 'SearchResults' })
export type SearchResults = z.output<typeof searchResults>
