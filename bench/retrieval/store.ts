import { setTimeout as delay } from 'node:timers/promises'
import { v7 as newId } from 'uuid'
import * as z from 'zod'
import type { Found, SetText } from './set.ts'

/** Texts of one user that can be searched, each of them with its vector. */
export interface Library {
  /** From the beginning of the import until the last text had its vector. */
  milliseconds: number
  /** @param url of a Worker on the same database; by default of the one that the texts were stored through */
  search(query: SearchQuery, url?: string): Promise<Found[]>
}

export interface SearchQuery {
  query: string
  /** What the user said before, newest last. */
  earlier?: readonly string[]
  mode: 'hybrid' | 'semantic' | 'keyword'
  limit: number
  /** Each document once, with its best chunk. */
  byDocument?: boolean
}

export interface Account {
  url: string
  token: string
}

export interface StoredTexts {
  documents?: readonly SetText[]
  /** Those of one conversation are next to one another. */
  messages?: readonly (SetText & { conversation: string })[]
  /** Of the documents, in characters; without it Parley's own choice. */
  chunking?: { size: number; overlap: number } | undefined
}

/** As many as a search takes. */
const MOST_TURNS = 20
const CONCURRENCY = 4
const PATIENCE_MS = 300_000

const report = z.object({ refused: z.record(z.string(), z.number()), errors: z.array(z.unknown()) })
const results = z.object({
  data: z.array(z.object({ id: z.string(), documentId: z.string().optional(), content: z.string() })),
  pendingEmbeddings: z.int(),
  failedEmbeddings: z.int(),
})

/** Signs in, imports the texts, and waits until each of them has its vector. */
export async function fillLibrary(account: Account, texts: StoredTexts): Promise<Library> {
  await call(account, '/v1/session')
  const started = performance.now()
  const { lines, ids } = toLines(texts)
  const { refused, errors } = report.parse(
    await call(account, '/v1/import', lines.map((line) => JSON.stringify(line)).join('\n'), 'application/x-ndjson'),
  )
  if (Object.keys(refused).length > 0) throw new Error(`Texts were refused: ${JSON.stringify(errors)}`)
  await waitForVectors(account)
  return {
    milliseconds: performance.now() - started,
    async search({ byDocument = false, earlier = [], ...query }, url = account.url) {
      const turns = earlier.slice(-MOST_TURNS).map((content) => ({ role: 'user', content }))
      const { data } = await search(
        { ...account, url },
        { ...query, ...(turns.length > 0 && { turns }), ...(byDocument && { groupBy: 'document' }) },
      )
      return data.map(({ id, documentId = id, content }) => ({ text: ids.get(documentId) ?? documentId, content }))
    },
  }
}

/** The lines of an export that has these texts, and which text has which id there. */
function toLines({ documents = [], messages = [], chunking }: StoredTexts) {
  const ids = new Map<string, string>()
  const idOf = (text: SetText): string => {
    const id = newId()
    ids.set(id, text.id)
    return id
  }
  const lines: object[] = documents.map((text) => ({
    type: 'document',
    id: idOf(text),
    title: text.title,
    content: text.text,
    format: text.format,
    language: text.language,
    ...(chunking && { chunkSize: chunking.size, chunkOverlap: chunking.overlap }),
  }))
  let open = { conversation: '', conversationId: '', parentId: '' }
  for (const message of messages) {
    const { conversation, title, text } = message
    if (conversation !== open.conversation) {
      open = { conversation, conversationId: newId(), parentId: '' }
      lines.push({ type: 'conversation', id: open.conversationId, title })
    }
    const id = idOf(message)
    const { conversationId, parentId } = open
    lines.push({ type: 'message', id, conversationId, parentId: parentId || null, role: 'user', content: text })
    open.parentId = id
  }
  return { lines, ids }
}

const search = async (account: Account, query: object) =>
  results.parse(await call(account, '/v1/search', JSON.stringify(query)))

async function waitForVectors(account: Account): Promise<void> {
  let fewest = Number.POSITIVE_INFINITY
  for (let deadline = Date.now() + PATIENCE_MS; ;) {
    // What requests have left to do is done by the cron trigger: not once a minute here.
    await fetch(`${account.url}/cdn-cgi/handler/scheduled`)
    const { pendingEmbeddings: pending, failedEmbeddings: failed } = await search(account, {
      query: 'anything',
      mode: 'keyword',
      limit: 1,
    })
    if (failed > 0) throw new Error(`${failed} texts could not be embedded`)
    if (pending === 0) return
    if (pending < fewest) [fewest, deadline] = [pending, Date.now() + PATIENCE_MS]
    if (Date.now() > deadline) throw new Error(`${pending} texts have no vector, and no more get one`)
    await delay(200)
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

async function call({ url, token }: Account, path: string, body?: string, type = 'application/json'): Promise<unknown> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type }) },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text)
}
