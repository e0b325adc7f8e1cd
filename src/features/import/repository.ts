import { TOO_MANY_BRANCHES } from '../messages/repository.ts'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { fail, ok, type Result } from '../../result.ts'
import { storeDocument } from './sql/document-statements.ts'
import type { ImportBatch, BatchStatus, RowStatus } from './rows.ts'
import {
  type ImportOptions,
  lockConversations,
  lockUser,
  mendLeaves,
  releaseJobs,
  storeConversations,
  storeMessages,
  storeVectors,
} from './sql/statements.ts'

/** Stores what comes from a file, for one user. */
export interface ImportRepository {
  /**
   * One transaction. What is here already stays as it is; what hangs on something that isn't here is left out, and the
   * status says so. The same batch twice stores it once, so that a lost answer is asked for again: then what the first
   * attempt has stored counts as skipped.
   */
  store(batch: ImportBatch): Promise<Result<BatchStatus>>
}

/** Somebody creates the same id at the same moment; an import that comes again finds it. */
const CONSTRAINTS: ConstraintErrors = {
  conversations_user_id_id_pk: { code: 'conflict' },
  messages_user_id_conversation_id_id_pk: { code: 'conflict' },
  chat_vectors_user_id_id_pk: { code: 'conflict' },
  conversations_branches_check: TOO_MANY_BRANCHES,
}

export function createImportRepository(db: Database, options: ImportOptions): ImportRepository {
  return {
    async store(batch) {
      const [results, error] = await db.write(
        'import.store',
        (q) => [
          lockUser(q, options),
          lockConversations(q, options, batch),
          storeConversations(q, options, batch),
          storeMessages(q, options, batch),
          storeVectors(q, options, batch),
          releaseJobs(q, options, batch),
          mendLeaves(q, options, batch),
          ...batch.documents.flatMap((document) => storeDocument(q, options, document)),
        ],
        CONSTRAINTS,
        { repeatable: true },
      )
      if (error) return fail(error)
      const [, , conversations, messages, vectors, , , ...ofDocuments] = results
      return ok({
        conversations: statuses(conversations),
        messages: statuses(messages),
        documents: ofDocuments.flatMap(({ rows }) => rows as { status: RowStatus }[]).map(({ status }) => status),
        vectors: statuses(vectors),
      })
    },
  }
}

const statuses = ({ rows }: { rows: { status: RowStatus }[] }) => rows.map(({ status }) => status)
