import { type Answer, bodyOf, type CallOptions, initOf } from './answer.ts'
import type { Api, ExportLine, ImportList, ImportReport } from './api.ts'
import { jsonLines } from './lines.ts'
import type { Fetch } from './send.ts'

/** A file, its text, its bytes as they come, or a list that is already read. */
export type ImportSource = Blob | string | ReadableStream<Uint8Array> | ImportList

export interface ImportOptions extends CallOptions {
  /** Into which a list of UIMessages goes; without it, a new one. */
  conversationId?: string | undefined
  /** Told by the beginning, where that can be read; a stream is `ndjson` unless you say otherwise. */
  format?: 'json' | 'ndjson' | undefined
}

/** The whole download as it comes, for a file. */
export async function exportStream({ v1 }: Api, options?: CallOptions): Promise<ReadableStream<Uint8Array>> {
  const { body } = await v1.me.export.$get({}, initOf(options))
  if (!body) throw new Error('The export has no body.')
  return body as ReadableStream<Uint8Array>
}

/** The lines of the download. Throws where it broke off: its last line is the one of type `end`. */
export async function* exportLines(api: Api, options?: CallOptions): AsyncGenerator<ExportLine, void, undefined> {
  let isWhole = false
  for await (const line of jsonLines<ExportLine>(await exportStream(api, options))) {
    isWhole = line.type === 'end'
    yield line
  }
  if (!isWhole) throw new Error('The export broke off before its end.')
}

/** Sends what `export` gave, ChatGPT's `conversations.json`, or a list of UIMessages. The same again takes what is missing. */
export async function importFrom(
  { send, url }: { send: Fetch; url: string },
  source: ImportSource,
  { conversationId, format, signal }: ImportOptions = {},
): Promise<ImportReport> {
  const query = conversationId === undefined ? '' : `?conversationId=${encodeURIComponent(conversationId)}`
  const kind = format ?? (await formatOf(source))
  const body = Array.isArray(source) ? JSON.stringify(source) : source
  const answer = send(`${url}/v1/import${query}`, {
    method: 'POST',
    headers: { 'Content-Type': kind === 'json' ? 'application/json' : 'application/x-ndjson' },
    body,
    ...(signal && { signal }),
    // Node wants it with a stream.
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  })
  return bodyOf(answer as Promise<Answer<ImportReport>>)
}

/** JSON is a list; a line of an export is an object. */
async function formatOf(source: ImportSource): Promise<'json' | 'ndjson'> {
  if (Array.isArray(source)) return 'json'
  if (source instanceof ReadableStream) return 'ndjson'
  const start = typeof source === 'string' ? source.slice(0, 1024) : await source.slice(0, 1024).text()
  return start.trimStart().startsWith('[') ? 'json' : 'ndjson'
}
