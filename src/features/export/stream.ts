import { type AppError, fail, ok, type Result } from '../../result.ts'
import { toUser } from '../users/schemas.ts'
import type { ExportRepository } from './repository.ts'
import { EXPORT_FORMAT } from './schemas.ts'

/** Lines so far, by type. */
export type ExportCounts = Record<string, number>

/** How an export ended; without `error` it is complete. */
export interface ExportEnd {
  counts: ExportCounts
  error?: AppError
}

/**
 * Everything that a user owns as NDJSON, a page at a time: the next one is read when the client has taken the one before,
 * so that memory stays the same however much there is. What fails after the answer has begun breaks the stream off.
 *
 * @param onEnd is told how it ended
 * @returns the stream, or the error of its first read
 */
export async function streamExport(
  repository: ExportRepository,
  onEnd: (end: ExportEnd) => void,
): Promise<Result<ReadableStream<Uint8Array>>> {
  const [begun, error] = await repository.begin()
  if (error) return fail(error)
  const counts: ExportCounts = {}
  const chunks = chunksOf(repository, begun, counts)
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await chunks.next()
        if (!done) return controller.enqueue(encoder.encode(value))
        onEnd({ counts, ...(value && { error: value }) })
        if (value) controller.error(new Error('The export broke off.'))
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return ok(stream)
}

type Begun = NonNullable<Awaited<ReturnType<ExportRepository['begin']>>[0]>

/** Yields some lines at a time. @returns the error that ended it early */
async function* chunksOf(
  repository: ExportRepository,
  { user, pages }: Begun,
  counts: ExportCounts,
): AsyncGenerator<string, AppError | undefined> {
  const toLines = (type: string, rows: readonly object[]) => {
    counts[type] = (counts[type] ?? 0) + rows.length
    return rows.map((row) => `${JSON.stringify({ type, ...row })}\n`).join('')
  }
  const exportedAt = new Date().toISOString()
  yield `${JSON.stringify({ type: 'export', format: EXPORT_FORMAT, exportedAt })}\n${toLines('user', [toUser(user)])}`
  for (const [source, first] of pages) {
    for (let page = first; ;) {
      const lines = toLines(source.type, source.toLine ? page.rows.map(source.toLine) : page.rows)
      if (lines !== '') yield lines
      if (page.next === null) break
      const [next, error] = await repository.next(source, page.next)
      if (error) return error
      page = next
    }
    pages.delete(source)
  }
  yield `${JSON.stringify({ type: 'end', counts })}\n`
  return undefined
}
