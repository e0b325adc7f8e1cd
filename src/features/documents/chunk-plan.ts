import { type Chunk, chunkText } from '../../chunking/chunk.ts'
import { type AppError, fail, ok, type Result } from '../../result.ts'
import { type Chunking, MAX_CHUNK_SIZE } from './schemas.ts'
import type { DOCUMENT_FORMATS } from './table.ts'

export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number]

/** How a content is to be cut; Postgres cuts it, so that no text travels twice. */
export interface ChunkPlan {
  /** What is said above chunks, each once: the headings' path, and the head of a table or null. JSON. */
  paths: string
  /** Of each chunk its first byte, its bytes, its start and end in UTF-16 units, and which of `paths`: JSON. */
  chunks: string
  count: number
}

/** For each MiB of content begun: what a request costs the database follows the number of chunks (docs/decisions/035-request-cost.md). */
const MAX_CHUNKS_PER_MIB = 1_000
const MIB = 1_048_576
const MAX_HEADING = 200
/** Of a plan as Neon gets it, JSON within JSON: with 5 MiB of content within the 10 MiB that it takes. */
const MAX_PLAN_BYTES = 4 * 1024 * 1024

const encoder = new TextEncoder()

/**
 * @param chunking null: the whole content is one chunk
 * @returns `invalid_request` where there would be too many chunks, or too much to say of them
 */
export function planChunks(content: string, format: DocumentFormat, chunking: Chunking | null): Result<ChunkPlan> {
  if (!chunking) {
    const whole = [[0, encoder.encode(content).length, 0, content.length, 0]]
    return ok({ paths: '[[[],null]]', chunks: JSON.stringify(whole), count: 1 })
  }
  const cut = chunkText(content, { format, ...chunking })
  const most = MAX_CHUNKS_PER_MIB * Math.ceil(content.length / MIB)
  if (cut.length > most) {
    return fail(
      refusal(`would make ${cut.length} chunks, more than ${most}: choose a larger chunking.size or a smaller overlap`),
    )
  }

  const pathIds = new Map<string, number>()
  const toPath = ({ headings, tableHead }: Chunk): number => {
    const path = JSON.stringify([headings.map(shorten).filter(Boolean), tableHead])
    const known = pathIds.get(path) ?? pathIds.size
    pathIds.set(path, known)
    return known
  }
  const byteAt = byteOffsets(
    content,
    cut.flatMap(({ start, end }) => [start, end]),
  )
  const rows = cut.map((chunk) => {
    const { start, end } = chunk
    const from = byteAt(start)
    return [from, byteAt(end) - from, start, end, toPath(chunk)]
  })
  const plan = { paths: `[${[...pathIds.keys()].join(',')}]`, chunks: JSON.stringify(rows), count: rows.length }
  return bytesOf(plan) > MAX_PLAN_BYTES
    ? fail(refusal('must not have so many long headings and heads of tables'))
    : ok(plan)
}

/**
 * The same for chunks whose size the client has not chosen now: where there would be too many, they become larger. Dense Markdown of a MiB, with
 * a heading every 500 characters, would make 2,000 by default.
 *
 * @returns the plan, and how it cuts
 */
export function planFittingChunks(
  content: string,
  format: DocumentFormat,
  { size, overlap }: Chunking,
): Result<{ plan: ChunkPlan; chunking: Chunking }> {
  const chunking = { size: Math.min(size, MAX_CHUNK_SIZE), overlap }
  const [plan, refused] = planChunks(content, format, chunking)
  if (plan) return ok({ plan, chunking })
  return size >= MAX_CHUNK_SIZE ? fail(refused) : planFittingChunks(content, format, { size: 2 * size, overlap })
}

const refusal = (message: string): AppError => ({ code: 'invalid_request', errors: [{ path: 'content', message }] })

const shorten = (heading: string): string => {
  const line = heading.replaceAll(/\s+/g, ' ').trim()
  return line.length > MAX_HEADING ? `${line.slice(0, MAX_HEADING - 1).toWellFormed()}…` : line
}

/** Looks closely only where it might matter. */
function bytesOf({ paths, chunks }: ChunkPlan): number {
  const quoted = paths.length < 100_000 ? paths.length : encoder.encode(JSON.stringify(paths)).length
  return quoted + chunks.length
}

/** @returns which byte of the content's UTF-8 each of these positions is at */
function byteOffsets(content: string, positions: readonly number[]): (position: number) => number {
  if (encoder.encode(content).length === content.length) return (position) => position
  const offsets = new Map<number, number>()
  let bytes = 0
  let last = 0
  for (const position of Float64Array.from(positions).sort()) {
    bytes += encoder.encode(content.slice(last, position)).length
    last = position
    offsets.set(position, bytes)
  }
  return (position) => offsets.get(position) ?? 0
}
