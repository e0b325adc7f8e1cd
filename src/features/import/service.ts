import type { Caller } from '../../auth/caller.ts'
import type { Deps } from '../../deps.ts'
import { type AppError, fail, ok, type Result } from '../../result.ts'
import { embedSoon, type EmbeddingDeps } from '../embeddings/service.ts'
import { importChatGpt, isChatGpt } from './chat-gpt.ts'
import { importExport } from './export-lines.ts'
import { linesOf, readJson } from './body.ts'
import type { MessageRef } from '../embeddings/sql/queue.ts'
import { createImportBatcher, interrupted } from './import-batcher.ts'
import { createReport } from './report.ts'
import { indexSoon } from '../keywords/service.ts'
import { createImportRepository, type ImportRepository } from './repository.ts'
import type { ImportReport } from './schemas.ts'
import { importUiMessages } from './ui-messages.ts'

export interface ImportSource {
  body: ReadableStream<Uint8Array>
  isNdjson: boolean
  /** Which conversation a list of UIMessages becomes. */
  conversationId: string | undefined
}

/** Takes over conversations and documents that others have written down. */
export function createImportService(deps: EmbeddingDeps & Pick<Deps, 'retentionDays'>) {
  return {
    /**
     * Stores what is in the file and not here yet, batch by batch; the first texts of it are embedded right after the answer. What
     * cannot be taken is in the report. `invalid_request` and `payload_too_large` for what is no such file; `conflict`, or
     * `import_interrupted` once something is stored: then sending the same again takes the rest.
     */
    async run(caller: Caller, source: ImportSource) {
      const { db, userId } = caller
      const [done, error] = await runImport(
        createImportRepository(db, { userId, retentionDays: deps.retentionDays }),
        source,
      )
      if (error) return fail(error)
      indexSoon(deps, caller)
      if (done.fresh.length > 0) embedSoon(deps, caller, { messages: done.fresh })
      return ok(done.report)
    },
  }
}

/** @returns the report, and the ids of messages to embed right after the answer */
async function runImport(
  repository: ImportRepository,
  { body, isNdjson, conversationId }: ImportSource,
): Promise<Result<{ report: ImportReport; fresh: MessageRef[] }>> {
  const report = createReport()
  const batcher = createImportBatcher(repository, report)
  const stop = (error: AppError) => fail(interrupted(error, batcher.stored()))

  let told: Pick<ImportReport, 'format' | 'complete' | 'into'>
  if (isNdjson) {
    const [complete, error] = await importExport(linesOf(body), batcher, report)
    if (error) return stop(error)
    told = { format: 'export', complete }
  } else {
    const [value, unread] = await readJson(body)
    if (unread) return fail(unread)
    if (!Array.isArray(value)) return fail(NO_LIST)
    if (isChatGpt(value)) {
      const [, error] = await importChatGpt(value, batcher, report)
      if (error) return stop(error)
      told = { format: 'chatgpt', complete: true }
    } else {
      const [into, error] = await importUiMessages(value, conversationId, batcher, report)
      if (error) return stop(error)
      told = { format: 'uiMessages', complete: true, ...(into && { into }) }
    }
  }
  const [fresh, error] = await batcher.finish()
  return error ? stop(error) : ok({ report: { ...told, ...report.counts }, fresh })
}

const NO_LIST: AppError = {
  code: 'invalid_request',
  errors: [{ path: '(root)', message: 'must be a list of conversations or of messages' }],
}
