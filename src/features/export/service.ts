import type { Caller } from '../../auth/caller.ts'
import type { Deps } from '../../deps.ts'
import { createExportRepository } from './repository.ts'
import { streamExport } from './stream.ts'

/** All that the caller owns. */
export function createExportService({ log, inProgressMinutes }: Pick<Deps, 'log' | 'inProgressMinutes'>) {
  return {
    /**
     * As NDJSON, read as fast as it is taken. How it ended is logged; what fails after the beginning breaks the stream off.
     *
     * @returns the stream, or the error of its first read
     */
    stream: ({ db, userId, trace: { requestId, calls } }: Caller) =>
      streamExport(createExportRepository(db, userId, { inProgressMinutes }), ({ counts, error }) => {
        if (error) log('error', 'export_failed', { requestId, code: error.code, cause: error.context, counts })
        else log('info', 'export_finished', { requestId, dbTrips: calls.length, counts })
      }),
  }
}
