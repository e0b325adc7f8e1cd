import { toClientVector } from '../../embeddings/stored-vector.ts'
import { fail, ok, type Result } from '../../result.ts'
import type { AppError } from '../../result.ts'
import { parseJson } from '../../http/json.ts'
import { planChunks, planFittingChunks } from '../documents/chunk-plan.ts'
import { DEFAULT_CHUNKING } from '../documents/schemas.ts'
import type { Line } from './body.ts'
import type { ImportBatcher, Item } from './import-batcher.ts'
import { check, type Position, type Report } from './report.ts'
import type { ImportedDocument } from './rows.ts'
import { beginning, type DocumentLine, FOREIGN_TYPES, importedLines, type ImportedType } from './schemas.ts'

const FORMAT: AppError = {
  code: 'invalid_request',
  errors: [{ path: 'format', message: 'is none that this version can read' }],
}
const isImported = (type: unknown): type is ImportedType =>
  typeof type === 'string' && Object.hasOwn(importedLines, type)

/**
 * Takes the lines of an export.
 *
 * @returns whether its last line was there; without it the file is a part
 */
export async function importExport(
  lines: AsyncGenerator<Line, AppError | undefined>,
  batcher: ImportBatcher,
  report: Report,
): Promise<Result<boolean>> {
  let complete = false
  for (let next = await lines.next(); ; next = await lines.next()) {
    if (next.done) return next.value ? fail(next.value) : ok(complete)
    const { number, text, bytes } = next.value
    const hopeless = report.stop()
    if (hopeless) {
      await lines.return(undefined)
      return fail(hopeless)
    }
    const at = { line: number }
    const [value, unread] = text === null ? fail({ message: 'is not UTF-8' }) : parseJson(text)
    if (unread) report.refuse('line', at, [{ path: '', message: unread.message }])
    else {
      const type = typeOf(value)
      if (type === 'export') {
        if (beginning.safeParse(value).success) continue
        await lines.return(undefined)
        return fail(FORMAT)
      }
      if (type === 'end') complete = true
      else if (FOREIGN_TYPES.has(type)) report.skip(String(type))
      else if (!isImported(type)) report.refuse('line', at, [UNKNOWN])
      else {
        const item = toItem(type, value, at, bytes, report)
        const [, error] = item ? await batcher.add(item) : ok(undefined)
        if (!error) continue
        await lines.return(undefined)
        return fail(error)
      }
    }
  }
}

const UNKNOWN = { path: 'type', message: 'must be that of a line of an export' }

const typeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined

function toItem(type: ImportedType, value: unknown, at: Position, bytes: number, report: Report): Item | null {
  const [line, errors] = check(importedLines[type], value)
  if (errors) {
    report.refuse(type, at, errors)
    return null
  }
  if (line.type === 'document') {
    const [row, refused] = toDocument(line)
    if (!refused) return { type, row, at, bytes } as Item
    report.refuse(type, at, refused.errors ?? [])
    return null
  }
  if (line.type !== 'message') {
    const { type: _type, ...row } = line
    return { type, row, at, bytes } as Item
  }
  const { type: _type, seq: _seq, ...row } = line
  return { type: 'message', row, at, bytes }
}

/** Cuts it, as its chunks do not come along; larger where another release has allowed more chunks. */
function toDocument({ chunkSize, chunkOverlap, embedding, model, ...fields }: DocumentLine): Result<ImportedDocument> {
  const size = chunkSize ?? DEFAULT_CHUNKING.size
  const overlap = chunkOverlap ?? Math.min(DEFAULT_CHUNKING.overlap, size / 2)
  const [cut, refused] = embedding
    ? cutWhole(fields)
    : planFittingChunks(fields.content, fields.format, { size, overlap })
  if (refused) return fail(refused)
  const own = embedding ? { vector: toClientVector(embedding), model: model ?? 'custom' } : null
  const { type: _type, contentHash: _hash, metadata = {}, ...row } = fields
  return ok({ ...row, metadata, ...cut, own })
}

function cutWhole({ content, format }: Pick<DocumentLine, 'content' | 'format'>) {
  const [plan, refused] = planChunks(content, format, null)
  return refused ? fail(refused) : ok({ plan, chunking: null })
}
