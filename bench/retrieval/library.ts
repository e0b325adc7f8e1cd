import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import type { CorpusDocument } from './corpus.ts'
import type { Found } from './score.ts'

export const MODES = ['keyword', 'semantic', 'hybrid'] as const
export type Mode = (typeof MODES)[number]

/** The corpus as documents of one user, all of them ready. */
export interface Library {
  chunks: number
  /** Milliseconds from the first document's POST until the last one was ready. */
  milliseconds: number
  /** The first ten chunks that a search finds. */
  search(query: string, mode: Mode): Promise<Found[]>
}

export interface LibraryOptions {
  url: string
  token: string
  /** In characters; without it Parley's own choice. */
  chunking: { size: number; overlap: number } | undefined
}

const CONCURRENCY = 4
const LIMIT = 10
const PATIENCE_MS = 120_000

const created = z.object({ id: z.string() })
const page = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      status: z.enum(['pending', 'ready', 'failed']),
      chunkCount: z.int(),
    }),
  ),
  nextCursor: z.string().nullable(),
})
type Listed = z.output<typeof page>['data'][number]
const results = z.object({ data: z.array(z.object({ documentId: z.string(), content: z.string() })) })

/** Signs in, stores the corpus and waits until all of it can be found. */
export async function fillLibrary(corpus: readonly CorpusDocument[], options: LibraryOptions): Promise<Library> {
  const { chunking } = options
  await call(options, 'POST', '/v1/session')
  const started = performance.now()
  const files = new Map<string, string>()
  await inParallel(corpus, async ({ file, title, content }) => {
    const body = {
      title,
      content,
      format: 'markdown',
      language: 'english',
      externalId: file,
      ...(chunking && { chunking }),
    }
    const { id } = created.parse(await call(options, 'POST', '/v1/documents', body))
    files.set(id, file)
  })
  const listed = await waitUntilReady(options, corpus.length)
  return {
    chunks: listed.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
    milliseconds: performance.now() - started,
    async search(query, mode) {
      const answer = await call(options, 'POST', '/v1/search', { query, mode, sources: ['document'], limit: LIMIT })
      return results
        .parse(answer)
        .data.map(({ documentId, content }) => ({ file: files.get(documentId) ?? documentId, content }))
    },
  }
}

/** Runs `work` on all items, some at a time; the results are in the items' order. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  const entries = items.entries()
  // One iterator for all of them: each takes the next item that nobody has.
  const takeTurns = async () => {
    for (const [index, item] of entries) done[index] = await work(item)
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, takeTurns))
  return done
}

async function waitUntilReady(options: LibraryOptions, expected: number): Promise<Listed[]> {
  let fewest = Number.POSITIVE_INFINITY
  for (let deadline = Date.now() + PATIENCE_MS; ;) {
    const listed = await listDocuments(options)
    const failed = listed.find(({ status }) => status === 'failed')
    if (failed) throw new Error(`"${failed.title}" could not be embedded`)
    const waiting = expected - listed.filter(({ status }) => status === 'ready').length
    if (waiting === 0) return listed
    if (waiting < fewest) [fewest, deadline] = [waiting, Date.now() + PATIENCE_MS]
    if (Date.now() > deadline) throw new Error(`${waiting} documents are not ready, and no more become so`)
    // What requests have left to do is done by the cron trigger: not once a minute here.
    await fetch(`${options.url}/cdn-cgi/handler/scheduled`)
    await delay(200)
  }
}

async function listDocuments(options: LibraryOptions): Promise<Listed[]> {
  const listed: Listed[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { data, nextCursor } = page.parse(await call(options, 'GET', `/v1/documents?limit=100${query}`))
    listed.push(...data)
    cursor = nextCursor
  }
  return listed
}

async function call({ url, token }: LibraryOptions, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text)
}
