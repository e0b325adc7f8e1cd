import { parseJson } from '../../http/json.ts'
import { type AppError, fail, ok, type Result } from '../../result.ts'

type Body = ReadableStream<Uint8Array>

const MIB = 1024 * 1024
/** Of NDJSON: all of it, and a line, which may be a document of 5 MiB with all that belongs to it. */
export const MAX_TOTAL = 64 * MIB
export const MAX_LINE = 6 * MIB
/** Of JSON, which has to be there as a whole. */
export const MAX_JSON_BODY = 5 * MIB

/** A line with its number, from 1; null where it is not UTF-8. */
export interface Line {
  number: number
  text: string | null
  bytes: number
}

const tooLarge = (detail: string): AppError => ({ code: 'payload_too_large', detail })
const NEWLINE = 10

/**
 * The lines of a body as they come in; never more of it in memory than a chunk and a line. Blank lines are left out.
 *
 * @returns `payload_too_large` where a line or all of them are too long
 */
export async function* linesOf(body: Body): AsyncGenerator<Line, AppError | undefined> {
  let number = 0
  let total = 0
  let open: Uint8Array[] = []
  let openBytes = 0
  const close = (last: Uint8Array): Line => {
    const bytes = join([...open, last], openBytes + last.length)
    open = []
    openBytes = 0
    number += 1
    return { number, text: bytes.length === 0 ? '' : decode(bytes), bytes: bytes.length }
  }
  for await (const chunk of chunksOf(body)) {
    total += chunk.length
    if (total > MAX_TOTAL) return tooLarge(`An import may have ${MAX_TOTAL / MIB} MiB.`)
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      if (openBytes + to - from > MAX_LINE) return tooLarge(lineTooLong(number + 1))
      const line = close(chunk.subarray(from, to))
      from = to + 1
      if (line.text?.trim() !== '') yield line
    }
    if (openBytes + chunk.length - from > MAX_LINE) return tooLarge(lineTooLong(number + 1))
    if (from < chunk.length) open.push(chunk.slice(from))
    openBytes += chunk.length - from
  }
  const line = close(new Uint8Array())
  if (line.text?.trim() !== '') yield line
  return undefined
}

const lineTooLong = (number: number) => `Line ${number} has more than the ${MAX_LINE / MIB} MiB that a line may have.`

/** All of a body as JSON. */
export async function readJson(body: Body): Promise<Result<unknown>> {
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of chunksOf(body)) {
    total += chunk.length
    if (total > MAX_JSON_BODY) return fail(tooLarge(`An import as JSON may have ${MAX_JSON_BODY / MIB} MiB.`))
    chunks.push(chunk)
  }
  const text = decode(join(chunks, total))
  const [value, refused] = text === null ? fail({ path: '(root)', message: 'is not UTF-8' }) : parseJson(text)
  return refused ? fail({ code: 'invalid_request', errors: [refused] }) : ok(value)
}

/** What is not read here is received by `receiveRest`. */
async function* chunksOf(body: Body): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { value } = await reader.read()
      if (value === undefined) return
      yield value
    }
  } finally {
    reader.releaseLock()
  }
}

function join(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const [first] = chunks
  if (first && chunks.length === 1) return first
  const all = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

function decode(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}
