import { bodyOf, type CallOptions, initOf, type WriteOptions } from './answer.ts'
import type {
  Api,
  Document,
  DocumentChunk,
  DocumentItem,
  DocumentPatch,
  DocumentPurgePreview,
  ListDocumentChunksQuery,
  ListDocumentsQuery,
  NewDocument,
} from './api.ts'
import { createPages, pageOf, type Pages, type QueryOf } from './pages.ts'
import { pause } from './pause.ts'

export interface Documents {
  list(query?: QueryOf<ListDocumentsQuery>, options?: CallOptions): Pages<DocumentItem>
  create(document: NewDocument, options?: WriteOptions): Promise<Document>
  /** Creates it, or replaces the one with this `externalId`: only what changed is embedded again. */
  upsert(document: NewDocument & { externalId: string }, options?: WriteOptions): Promise<Document>
  get(id: string, options?: CallOptions): Promise<Document>
  update(id: string, change: DocumentPatch, options?: WriteOptions): Promise<Document>
  /** Into the trash, where it can be restored for a time. */
  delete(id: string, options?: WriteOptions): Promise<void>
  restore(id: string, options?: CallOptions): Promise<Document>
  chunks(id: string, query?: ListDocumentChunksQuery, options?: CallOptions): Pages<DocumentChunk>
  /**
   * Asks until nothing of it waits to be embedded: it is found by meaning from then on. Give a `signal` with a time-out.
   *
   * @returns it, `ready` or `failed` (`lastError` says why)
   */
  waitUntilEmbedded(id: string, options?: CallOptions): Promise<Document>
  /** What a purge would take along, and the confirmation that it needs. */
  previewPurge(id: string, options?: CallOptions): Promise<DocumentPurgePreview>
  /** Removes it for good. */
  purge(id: string, confirmation: string, options?: CallOptions): Promise<void>
}

/** Milliseconds between two looks at a document: the first, and the longest. */
const FIRST_LOOK = 200
const LONGEST = 3000

export function createDocuments({ v1 }: Api): Documents {
  const all = v1.documents
  const one = all[':documentId']
  const get: Documents['get'] = (id, options) => bodyOf(one.$get(paramOf(id), initOf(options)))
  const put: Documents['create'] = (json, options) => bodyOf(all.$post({ json }, initOf(options)))
  return {
    list: (query, options) =>
      createPages((cursor) => bodyOf(all.$get({ query: pageOf(query, cursor) }, initOf(options)))),
    create: put,
    upsert: put,
    get,
    update: (id, json, options) => bodyOf(one.$patch({ ...paramOf(id), json }, initOf(options))),
    delete: (id, options) => bodyOf(one.$delete(paramOf(id), initOf(options))),
    restore: (id, options) => bodyOf(one.restore.$post(paramOf(id), initOf(options))),
    chunks: (id, query, options) =>
      createPages((cursor) =>
        bodyOf(one.chunks.$get({ ...paramOf(id), query: pageOf(query, cursor) }, initOf(options))),
      ),
    async waitUntilEmbedded(id, options) {
      for (let wait = FIRST_LOOK; ; wait = Math.min(wait * 1.5, LONGEST)) {
        const document = await get(id, options)
        if (document.status !== 'pending') return document
        await pause(wait, options?.signal)
      }
    },
    previewPurge: (id, options) =>
      bodyOf(one.purge.$post({ ...paramOf(id), json: {} }, initOf(options))) as Promise<DocumentPurgePreview>,
    purge: (id, confirmation, options) =>
      bodyOf(one.purge.$post({ ...paramOf(id), json: { confirmation } }, initOf(options))) as Promise<void>,
  }
}

const paramOf = (documentId: string) => ({ param: { documentId } })
