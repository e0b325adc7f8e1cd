import { etagOf } from '../../http/preconditions.ts'
import type { DocumentRow } from './schemas.ts'

/** A row as the API shows it. */
export function toDocument<T extends DocumentRow>({ version: _version, jobs, chunkSize, chunkOverlap, ...row }: T) {
  const { pending, failed, lastError } = jobs
  const status = failed > 0 ? ('failed' as const) : pending > 0 ? ('pending' as const) : ('ready' as const)
  return {
    ...row,
    chunking: chunkSize === null || chunkOverlap === null ? null : { size: chunkSize, overlap: chunkOverlap },
    status,
    embeddings: { ready: Math.max(0, row.chunkCount - pending - failed), pending, failed },
    lastError,
  }
}

/** Chunks get their vectors without a write to the document: the tag tells that, too, or nobody would see it `ready`. */
export const documentEtag = (row: DocumentRow): string => etagOf(row, row.jobs.mark)
