import type * as z from 'zod'
import type { chunkRow, documentSchema } from '../../src/features/documents/schemas.ts'
import { createApi, type TestUser } from './harness.ts'
import { providerDown, read, walk } from './helpers.ts'

export type Document = z.output<typeof documentSchema>
export type Chunk = z.output<typeof chunkRow>

export const DOCUMENTS = '/v1/documents'

/** Stores a new document. */
export const put = (user: TestUser, fields: object = {}) =>
  read<Document>(user.post(DOCUMENTS, { title: 'Garden', content: 'Tomatoes want sun.', ...fields }), 201)

export const getDocument = (user: TestUser, id: string) => read<Document>(user.get(`${DOCUMENTS}/${id}`))

export const chunksOf = (user: TestUser, id: string) => walk<Chunk>(user, `${DOCUMENTS}/${id}/chunks`, 100)

/** A paragraph that fills a chunk of 400 characters by itself, the same for the same number. */
export const paragraph = (n: number): string =>
  `Paragraph ${n} tells ${['of the harbour', 'of the violin', 'of the kernel', 'of the garden'][n % 4]}. ${`Word${n} `.repeat(40)}`.trim()
/** Paragraphs, each of which becomes a chunk with {@link CUT}. */
export const textOf = (...numbers: number[]): string => numbers.map(paragraph).join('\n\n')
export const CUT = { format: 'text', chunking: { size: 400, overlap: 0 } }

/** An API whose texts are embedded by nobody: its provider refuses the key. */
export const createPendingApi = () => createApi(providerDown())
