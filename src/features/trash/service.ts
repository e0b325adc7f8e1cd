import type { Deps } from '../../deps.ts'
import { sweep } from '../../jobs/sweep.ts'
import { createTrashRepository } from './repository.ts'

/** Removes for good what was deleted and can no longer be restored. */
export const emptyTrash = (deps: Deps): Promise<void> =>
  sweep(deps, 'retention_failed', async ({ db, until, log, logFailure }) => {
    const trash = createTrashRepository(db)
    const [removed, error] = await trash.purgeConversations(until)
    logFailure(error)
    const [documents, unremoved] = await trash.purgeDocuments(until)
    logFailure(unremoved)
    const [wiped, failure] = await trash.wipeMessages(until)
    logFailure(failure)
    const counts = { ...removed, ...documents, wiped: wiped ?? 0 }
    if (Object.values(counts).some((count) => count > 0)) log('info', 'retention', counts)
  })
