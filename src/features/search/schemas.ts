import * as z from 'zod'
import { clientId, id, listOf, storedClientId, storedId, storedTime } from '../../http/fields.ts'
import { MOMENT, moment } from '../../http/filters.ts'
import { tableHead } from '../documents/schemas.ts'
import { MESSAGE_ROLES } from '../messages/table.ts'
import { embedding, ofModel, recall, score, searchLimit, threshold } from '../vectors/schemas.ts'
import { hasWords, readQuery, SYNTAXES } from './query.ts'
import { metadataCondition, metadataConditionInput } from './metadata-filter.ts'

export const SOURCES = ['message', 'document'] as const
export type Source = (typeof SOURCES)[number]

const GROUPS = ['conversation', 'document'] as const
export type Group = (typeof GROUPS)[number]
const MAX_IDS = 100

/** One value, or several of which any will do. */
const oneOrMore = <T extends z.ZodType<string>>(item: T, max: number) =>
  z.preprocess((value: unknown) => (typeof value === 'string' ? [value] : value), listOf(item, { min: 1, max }))

const filter = z.strictObject({
  source: oneOrMore(z.enum(SOURCES), SOURCES.length).optional(),
  conversationId: oneOrMore(clientId, MAX_IDS).optional().meta({ description: 'Messages of these' }),
  documentId: oneOrMore(id, MAX_IDS).optional().meta({ description: 'Chunks of these' }),
  role: oneOrMore(z.enum(MESSAGE_ROLES), MESSAGE_ROLES.length)
    .optional()
    .meta({ description: 'Only messages have one' }),
  tags: oneOrMore(z.string().trim().min(1).max(64), 32)
    .optional()
    .meta({ description: 'All of them, on the conversation or the document' }),
  createdAfter: moment.optional().meta({ description: MOMENT }),
  createdBefore: moment.optional().meta({ description: MOMENT }),
  metadata: metadataCondition.optional(),
})
export type SearchFilter = z.output<typeof filter>

export const searchSources = listOf(z.enum(SOURCES), { min: 1, max: 8 }).prefault([...SOURCES])
export const searchFilter = filter.prefault({})
/** What `searchFilter` takes, in words of JSON Schema. */
export const searchFilterInput = filter.extend({ metadata: metadataConditionInput.optional() }).prefault({})

/** How many turns a request may send. */
export const MAX_SAID = 20
const turn = z.strictObject({
  role: z.enum(MESSAGE_ROLES),
  content: z.string().max(200_000),
})
/** The last turns of a conversation, oldest first. */
export const saidTurns = listOf(turn, { min: 1, max: MAX_SAID })

const weight = z.number().min(0).max(10).optional()

const fields = z.strictObject({
  query: z.string().trim().min(1).max(8_000).optional().meta({
    description: 'A text; this or `embedding`. By keyword, one of more than 40 words counts by its longest words.',
  }),
  syntax: z.enum(SYNTAXES).default('operators').meta({
    description:
      'How the query is read by keyword. `operators`: `-word` and `-"a phrase"` exclude, where something else is asked for; `"a phrase"` has to be there; `OR` in capitals asks for one of two. `plain`: none of them.',
  }),
  turns: saidTurns.optional().meta({
    description:
      'What was said before, newest last: the query is read as a follow-up. The last five of the user count, each less than the next, and none of their words has to be there.',
  }),
  conversationId: clientId.optional().meta({
    description:
      'The query is read as a follow-up in this conversation: its last messages count as `turns` would. What is searched is up to `filter`.',
  }),
  leafId: clientId.optional().meta({ description: 'The path to this message, in place of the active leaf' }),
  embedding: embedding.optional(),
  model: ofModel,
  mode: z.enum(['hybrid', 'semantic', 'keyword']).optional().meta({
    description: '`hybrid` where there is a text, `semantic` where there is an embedding',
  }),
  sources: searchSources,
  filter: searchFilter,
  threshold,
  limit: searchLimit,
  cursor: z.string().max(1024).optional().meta({ description: '`nextCursor` of the same search' }),
  groupBy: oneOrMore(z.enum(GROUPS), GROUPS.length).optional().meta({ description: 'Only the best hit of each' }),
  context: z.int().min(0).max(5).default(0).meta({ description: 'So many neighbours before and behind each hit' }),
  prefix: z.boolean().default(false).meta({ description: 'The last word of the query may go on' }),
  match: z.enum(['all', 'any']).default('any').meta({
    description:
      'Which of the words a text must have. With `any`, the default, a search by keyword has those with all words first.',
  }),
  fusion: z
    .strictObject({
      method: z.enum(['score', 'rank']).default('score'),
      k: z.int().min(1).max(1_000).default(60),
      weights: z.strictObject({ semantic: weight, keyword: weight }).prefault({}),
    })
    .prefault({})
    .meta({
      description:
        'How both lists become one. `score`: the sum of weight · score / best score of the list, with 0.3 for the semantic and 0.7 for the keyword list unless told otherwise. `rank`: reciprocal rank fusion, the sum of weight / (k + position), with 1 and 1.',
    }),
})

export const searchRequest = fields.superRefine((body, ctx) => {
  const refuse = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
  if ((body.query === undefined) === (body.embedding === undefined)) refuse('query', 'give either query or embedding')
  if (body.embedding && (body.mode ?? 'semantic') !== 'semantic') refuse('mode', 'must be semantic for an embedding')
  for (const said of ['turns', 'conversationId'] as const) {
    if (body.embedding && body[said] !== undefined) refuse(said, 'goes with a query')
  }
  if (body.turns && body.conversationId !== undefined) refuse('turns', 'give either turns or conversationId')
  if (body.leafId !== undefined && body.conversationId === undefined) refuse('leafId', 'goes with a conversationId')
  if (body.model !== undefined && !body.embedding) refuse('model', 'goes with an embedding')
  if (body.query && body.mode !== 'semantic' && !hasWords(readQuery(body.query, body.syntax).text)) {
    refuse('query', 'has no word to look for')
  }
  if (body.mode === 'keyword' && body.threshold !== undefined) refuse('threshold', 'is of semantic similarity')
})
/** What `searchRequest` takes, in words of JSON Schema. */
export const searchRequestInput = fields.extend({ filter: searchFilterInput }).meta({
  id: 'SearchRequest',
  if: { required: ['query'] },
  else: { required: ['embedding'] },
  not: { anyOf: [{ required: ['query', 'embedding'] }, { required: ['turns', 'conversationId'] }] },
  dependentRequired: { model: ['embedding'], turns: ['query'], conversationId: ['query'], leafId: ['conversationId'] },
  dependentSchemas: {
    embedding: { properties: { mode: { const: 'semantic' } } },
    threshold: { properties: { mode: { enum: ['hybrid', 'semantic'] } } },
  },
})
export type SearchRequest = z.output<typeof searchRequest>

/** How a search goes of which only the text is known. */
export const searchDefaults = (): SearchRequest => searchRequest.parse({ query: 'text' })

const position = z.int().nullable()
const scoring = z
  .object({
    similarity: score.nullable().meta({ description: 'Cosine similarity; null where there is no vector to compare' }),
    semanticPosition: position.meta({ description: 'In the list by similarity: 1, 2 …; null beyond its end' }),
    keywordRank: z.number().nullable().meta({
      description:
        'How well the words match, by BM25, with half of what the messages before and after have. A text with all words has no less than the best of those without. Null where no word matches',
    }),
    keywordPosition: position.meta({ description: 'In the list by keyword' }),
    fused: z.number().nullable().meta({ description: 'Of both lists, in a hybrid search' }),
  })
  .meta({ description: 'What the score is made of' })

/** How much of a text a hit shows, and of its neighbours, in characters: Neon caps an answer at 10 MiB. */
export const MAX_CONTENT = 8_000
export const MAX_NEIGHBOUR = 1_000

const neighbour = z.object({
  id: storedClientId,
  content: z.string().meta({ description: `The first ${MAX_NEIGHBOUR} characters` }),
  role: z.enum(MESSAGE_ROLES).nullable(),
})

const common = {
  id: storedClientId,
  content: z.string().meta({ description: `The first ${MAX_CONTENT} characters` }),
  truncated: z.boolean(),
  highlight: z.string().nullable().meta({
    description:
      'HTML: the passage with the most of the words, which are in `<mark>`, all else escaped. Null where no words match, or none that can be shown: those of a title or of the head of a table, those beyond the first 20,000 characters, and digits of a number that is written in groups.',
  }),
  metadata: z.record(z.string(), z.unknown()),
  createdAt: storedTime,
  score,
  scoring,
  copies: z.int().meta({ description: 'How many of the texts found say the same: one of them is shown' }),
  context: z
    .object({ before: z.array(neighbour), after: z.array(neighbour) })
    .optional()
    .meta({ description: 'Neighbours in their order, where they were asked for' }),
}

export const messageHit = z
  .object({
    source: z.literal('message'),
    conversationId: storedClientId,
    role: z.enum(MESSAGE_ROLES),
    seq: z.int(),
    ...common,
  })
  .meta({ id: 'MessageHit' })

export const documentHit = z
  .object({
    source: z.literal('document'),
    documentId: storedId,
    title: z.string(),
    headings: z.array(z.string()),
    tableHead,
    position: z.int(),
    start: z.int(),
    end: z.int(),
    ...common,
  })
  .meta({ id: 'DocumentHit' })

export const searchHit = z.discriminatedUnion('source', [messageHit, documentHit])
export type SearchHit = z.output<typeof searchHit>

export const searchResults = z
  .object({
    data: z.array(searchHit),
    nextCursor: z.string().nullable(),
    mode: z.enum(['hybrid', 'semantic', 'keyword']).meta({ description: 'How it was searched in the end' }),
    degraded: z.boolean().meta({
      description:
        'The query could not be embedded: a hybrid search went by keyword alone, without threshold and floor',
    }),
    recall,
    belowThreshold: z.int().meta({
      description:
        'Candidates that were left out for their similarity: below the threshold, or so low that only words could vouch for them, which they lack',
    }),
    pendingEmbeddings: z.int().meta({ description: "The user's texts that wait for their vector, 10,000 at most" }),
    failedEmbeddings: z.int().meta({ description: 'Those that were given up, 10,000 at most' }),
    otherModels: z.int().meta({ description: 'Texts whose vector another model made: they were not compared' }),
  })
  .meta({ id: 'SearchResults' })
export type SearchResults = z.output<typeof searchResults>
