import './sql/export.ts'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { deletedFor, isInState, newVersion, type RowState } from '../../db/row-state.ts'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { mergedMetadata, METADATA_TOO_LONG } from '../../db/metadata.ts'
import { isLooked, lookedAt } from '../../db/look-through.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import type { RequestKey } from '../../request-key.ts'
import { newId } from '../../id.ts'
import { type AppError, fail, ok, type Result } from '../../result.ts'
import { dropEmbeddings } from '../embeddings/sql/drop.ts'
import { insertWhere, writeOnce, writtenHere } from '../idempotency/sql/write-once.ts'
import { messages } from '../messages/table.ts'
import { ALL, type ConversationFilters } from './filters.ts'
import { type ConversationPosition, firstPage, listPage, nextPage } from './sql/list.ts'
import { type ConversationCreate, type ConversationPatch, type ConversationRow, conversationRow } from './schemas.ts'
import { oneOf, selectWithLastMessage } from './sql/select.ts'
import { conversations } from './table.ts'

/** The conversations of one user; `not_found` is what is missing, deleted or somebody else's. */
export interface ConversationRepository {
  /** `conflict` where the user has a conversation of this id already. */
  create(conversation: ConversationCreate, requestKey?: RequestKey | null): Promise<Result<ConversationRow>>
  get(id: string): Promise<Result<ConversationRow>>
  /** At most `limit` of those that the filters let through, in their order; without filters the newest activity first. */
  list(
    limit: number,
    after: ConversationPosition | null,
    filters?: ConversationFilters,
  ): Promise<Result<ConversationRow[]>>
  /**
   * `states`: in which it may be changed, null for any; else `precondition_failed`. `invalid_request` where the metadata
   * would grow too long, or the active leaf is no message of the conversation.
   */
  patch(id: string, patch: ConversationPatch, states: RowState[] | null): Promise<Result<ConversationRow>>
  /**
   * Hides the conversation and its messages, which can be restored for so many days; their vectors and embedding jobs are
   * removed for good.
   */
  remove(id: string, states: RowState[] | null, retentionDays: number): Promise<Result<void>>
}

/** What violating them means to whoever writes a conversation. */
export const CONSTRAINTS: ConstraintErrors = {
  conversations_user_id_id_pk: { code: 'conflict' },
  conversations_metadata_check: METADATA_TOO_LONG,
}
const UNKNOWN_LEAF: AppError = {
  code: 'invalid_request',
  errors: [{ path: 'activeLeafId', message: 'is not a message of this conversation' }],
}

export function createConversationRepository(db: Database, userId: string): ConversationRepository {
  const live = (id: string) =>
    and(eq(conversations.userId, userId), eq(conversations.id, id), isNull(conversations.deletedAt))
  const inState = (id: string, states: RowState[] | null) => and(live(id), isInState(conversations, states))

  return {
    async create({ id = newId(), ...fields }, requestKey = null) {
      const [created, error] = await writeOnce(db, 'conversations.create', {
        userId,
        requestKey,
        write: (q, isFirst) => [
          q.execute(insertWhere(conversations, { userId, id, ...fields }, isFirst)),
          oneOf({ userId, id }),
        ],
        answer: (q) => selectWithLastMessage(q, userId, eq(conversations.id, id), writtenHere(conversations)),
        constraints: CONSTRAINTS,
      })
      return error ? fail(error) : oneRow(created.replay ?? created.results[1], conversationRow)
    },

    async get(id) {
      const [results, error] = await db.read('conversations.get', () => [oneOf({ userId, id })])
      return error ? fail(error) : oneRow(results[0], conversationRow)
    },

    async list(limit, after, filters = ALL) {
      const isWhole = Object.entries(filters).every(([name, value]) => ALL[name as keyof typeof ALL] === value)
      const [results, error] = await db.read('conversations.list', (q) => [
        !isWhole
          ? listPage(q, { userId, limit, after, filters })
          : after
            ? nextPage({ userId, limit, after: after.key, afterId: after.id })
            : firstPage({ userId, limit }),
      ])
      if (error) return fail(error)
      return allRows(results[0], isLooked(filters) ? conversationRow.extend(lookedAt) : conversationRow)
    },

    async patch(id, { activeLeafId, metadata, ...patch }, states) {
      // Under the lock nobody deletes the message meanwhile: who does takes the conversation first.
      const isMessage = sql`exists (select from ${messages} where ${messages.userId} = ${userId}
        and ${messages.conversationId} = ${id} and ${messages.id} = ${activeLeafId ?? null}::text
        and ${messages.deletedAt} is null)`
      const changes = {
        ...patch,
        ...(activeLeafId === undefined ? {} : { activeLeafId }),
        ...(metadata === undefined ? {} : { metadata: mergedMetadata(metadata) }),
      }
      const [results, error] = await db.write(
        'conversations.patch',
        (q) => [
          q
            .select({ isInState: sql<boolean>`${isInState(conversations, states) ?? sql`true`}` })
            .from(conversations)
            .where(live(id))
            .for('update'),
          q
            .update(conversations)
            .set({ ...changes, ...newVersion })
            .where(and(inState(id, states), activeLeafId === undefined ? undefined : isMessage))
            .returning({ id: conversations.id }),
          oneOf({ userId, id }),
        ],
        CONSTRAINTS,
      )
      if (error) return fail(error)
      const [locked, changed, rows] = results
      if (changed.length > 0) return oneRow(rows, conversationRow)
      const [found] = locked
      if (!found) return fail({ code: 'not_found' })
      return fail(found.isInState ? UNKNOWN_LEAF : { code: 'precondition_failed' })
    },

    async remove(id, states, retentionDays) {
      // Statement by statement: each sees what was committed while the one before it waited for the row.
      const gone = sql`exists (select from ${conversations} where ${conversations.userId} = ${userId}
        and ${conversations.id} = ${id} and ${conversations.deletedAt} is not null)`
      const [results, error] = await db.write('conversations.remove', (q) => [
        q
          .update(conversations)
          .set(deletedFor(retentionDays))
          .where(inState(id, states))
          .returning({ id: conversations.id }),
        ...dropEmbeddings(q, sql`user_id = ${userId} and conversation_id = ${id} and ${gone}`),
        q.select({ id: conversations.id }).from(conversations).where(live(id)),
      ])
      if (error) return fail(error)
      if (results[0].length > 0) return ok(undefined)
      return fail({ code: results[3].length > 0 ? 'precondition_failed' : 'not_found' })
    },
  }
}
