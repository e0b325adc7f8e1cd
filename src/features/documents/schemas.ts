import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { changesSomething, id, metadata, pathId, storedId, storedTime, tags } from '../../http/fields.ts'
import { pageOf } from '../../http/page.ts'
import { embedding, vectorCreate } from '../vectors/schemas.ts'
import { LANGUAGES } from './languages.ts'
import { DOCUMENT_FORMATS, documentChunks, documents } from './table.ts'

/** For the reference. */
export const documentTag = { name: 'Documents', description: 'Texts that are cut into chunks and found by search.' }

export const DEFAULT_CHUNKING = { size: 1600, overlap: 200 }
/** Most of a chunk, in UTF-16 units. */
export const MAX_CHUNK_SIZE = 8000
export const DEFAULT_FORMAT = 'markdown'

const count = z.int().nonnegative()

/** What waits for a vector, and what has failed. */
const jobs = z.object({
  pending: count,
  failed: count,
  lastError: z.string().nullable(),
  /** Another one whenever the others are; null where nothing waits. */
  mark: z.string().nullable(),
})

/** A row as it leaves the repository, without its content, which may be 5 MiB. */
export const documentRow = createSelectSchema(documents, {
  id: storedId,
  externalId: z.string().nullable().meta({ description: 'What the client calls it' }),
  contentHash: z.string().meta({ description: 'SHA-256 of the content in UTF-8, in hex' }),
  language: z.enum(LANGUAGES),
  chunkCount: count,
  metadata: z.record(z.string(), z.unknown()),
  createdAt: storedTime,
  updatedAt: storedTime,
})
  .omit({ userId: true, content: true, deletedAt: true, purgeAfter: true })
  .extend({ jobs, deletedAt: storedTime.optional().meta({ description: 'In the list of deleted ones' }) })
export type DocumentRow = z.output<typeof documentRow>

/** With its content. */
export const wholeRow = documentRow.extend({ content: z.string() })
/** As a write leaves it: the content only where the client did not send it. */
export const writtenRow = documentRow.extend({ content: z.string().nullable(), created: z.boolean() })

const chunking = z
  .strictObject({
    size: z
      .int()
      .min(200)
      .max(MAX_CHUNK_SIZE)
      .default(DEFAULT_CHUNKING.size)
      .meta({ description: 'Most of a chunk, in UTF-16 units. More than 1,000 chunks for each MiB begun are refused' }),
    overlap: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'What a chunk repeats of the one before: at most half the size, by default 200' }),
  })
  .refine(({ size, overlap = 0 }) => overlap <= size / 2, {
    path: ['overlap'],
    error: 'must not be more than half the size',
  })
  .transform(({ size, overlap = Math.min(DEFAULT_CHUNKING.overlap, size / 2) }) => ({
    size,
    overlap: Math.floor(overlap),
  }))
export type Chunking = z.output<typeof chunking>

/** A document on the wire, as lists have it. */
const listed = documentRow.omit({ version: true, jobs: true, chunkSize: true, chunkOverlap: true }).extend({
  chunking: z
    .object({ size: z.int(), overlap: z.int() })
    .nullable()
    .meta({ description: 'Null where the client brought an embedding: then the content is one chunk' }),
  status: z.enum(['pending', 'ready', 'failed']).meta({
    description:
      'pending while a chunk waits for its vector, failed where one was given up; ready: each can be found by meaning. By keyword they are found from the beginning.',
  }),
  embeddings: z.object({ ready: count, pending: count, failed: count }).meta({ description: 'Chunks' }),
  lastError: z.string().nullable().meta({ description: 'Why the last chunk that failed, or was put off, did so' }),
})
export const documentSchema = listed.extend({ content: z.string() }).meta({ id: 'Document' })
const documentItem = listed.meta({ id: 'DocumentItem' })
export const documentPage = pageOf(documentItem).meta({ id: 'DocumentPage' })

/** How PDFs, and the zip archives that office files are, begin. */
const BINARY = ['%PDF-', 'PK\u0003\u0004']

const content = z
  .string()
  .refine((text) => /\S/.test(text), { error: 'must not be blank' })
  .refine((text) => !BINARY.some((start) => text.startsWith(start)), {
    error: 'must be text: this is a PDF or an archive. Send the text in it',
  })
const fields = z.strictObject({
  externalId: z.string().min(1).max(256),
  title: z.string().trim().min(1).max(300),
  content: content.meta({ minLength: 1 }),
  format: z.enum(DOCUMENT_FORMATS).meta({ description: 'markdown is cut at its headings, too' }),
  language: z.enum(LANGUAGES).meta({ description: 'Which words the keyword search takes for the same' }),
  tags,
  metadata,
  chunking,
  embedding: embedding.meta({
    description: 'Of the whole content, which becomes one chunk; Parley then neither cuts nor embeds it',
  }),
  model: vectorCreate.shape.model.unwrap().meta({ description: 'Which model made the embedding; by default `custom`' }),
})

/** What an embedding of the client's goes with. */
function embeddingFits(
  { embedding, model, chunking }: { embedding?: unknown; model?: unknown; chunking?: unknown },
  ctx: z.RefinementCtx,
): void {
  const refuse = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
  if (embedding !== undefined && chunking !== undefined) refuse('chunking', 'does not go with an embedding')
  if (embedding === undefined && model !== undefined) refuse('model', 'goes with an embedding only')
}

/** The same in words of JSON Schema. */
const EMBEDDING_FITS = {
  dependentRequired: { model: ['embedding'] },
  not: { required: ['chunking', 'embedding'] },
}

const absent = fields.partial()
export const documentCreate = absent
  .extend({
    id: id.optional(),
    title: fields.shape.title,
    content: fields.shape.content,
    format: fields.shape.format.default(DEFAULT_FORMAT),
    language: fields.shape.language.default('simple'),
    metadata: metadata.prefault({}),
    tags: tags.prefault([]),
  })
  .superRefine(embeddingFits)
  .meta({ id: 'NewDocument', ...EMBEDDING_FITS })
export type DocumentCreate = z.output<typeof documentCreate>

export const documentPatch = absent
  .extend({
    externalId: fields.shape.externalId.nullable().optional(),
    metadata: metadata.nullable().optional().meta({ description: 'A JSON merge patch (RFC 7396); null clears' }),
  })
  .superRefine(embeddingFits)
  .refine(...changesSomething)
  .meta({ id: 'DocumentPatch', minProperties: 1, ...EMBEDDING_FITS })
export type DocumentPatch = z.output<typeof documentPatch>

export const documentPath = z.object({ documentId: pathId('the document') })

/** Of a stretch of a document. */
export const tableHead = z.string().nullable().meta({
  description:
    'The header row of the table in which it begins, as Markdown; null where it begins outside of a table or with the header',
})

/** A chunk as it leaves the repository. */
export const chunkRow = createSelectSchema(documentChunks, {
  id: storedId,
  position: count.meta({ description: '0, 1, 2 … in its document' }),
  headings: z.array(z.string()).meta({ description: 'Those above it, the outermost first' }),
  tableHead,
})
  .pick({ id: true, position: true, content: true, headings: true, tableHead: true })
  .extend({
    start: count.meta({ description: 'Where it begins in the document’s content, in UTF-16 units' }),
    end: count.meta({ description: 'Where it ends: `content.slice(start, end)`' }),
    status: z.enum(['pending', 'ready', 'failed']),
    lastError: z.string().nullable(),
  })
export type ChunkRow = z.output<typeof chunkRow>
export const chunkPage = pageOf(chunkRow.meta({ id: 'DocumentChunk' })).meta({ id: 'DocumentChunkPage' })

export const documentPurge = z
  .strictObject({
    confirmation: z.string().max(256).nullish().meta({ description: 'As the call without it has answered' }),
  })
  .meta({ id: 'DocumentPurge' })
export const documentPurgePreview = z
  .object({
    confirmation: z.string().meta({ description: 'Good for this state of the document only' }),
    chunkCount: count.meta({ description: 'Chunks that would be lost' }),
  })
  .meta({ id: 'DocumentPurgePreview' })
export type DocumentPurgePreview = z.output<typeof documentPurgePreview>
