import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { deletedFor, newVersion } from '../../../db/row-state.ts'
import type { Database } from '../../../db/database.ts'
import { allRows } from '../../../db/rows.ts'
import { fail, ok, type Result } from '../../../result.ts'
import { dropEmbeddings } from '../../embeddings/sql/drop.ts'
import { type MessageRef, messageRef } from '../../embeddings/sql/queue.ts'
import type { BulkAction } from '../action-schemas.ts'
import { restoreStatement } from './lifecycle.ts'
import { conversations } from '../table.ts'

/** Which conversations it was done to, and the first of the messages that wait for a vector now. */
export interface BulkResult {
  done: Set<string>
  queued: MessageRef[]
}

/**
 * Does the same to many conversations, in one transaction, with the effects that it has on each alone. They are locked in the
 * order of their ids: two that name the same ones wait for each other and never in a circle.
 */
export async function changeConversations(
  db: Database,
  userId: string,
  { action, ids }: { action: BulkAction; ids: readonly string[] },
  retentionDays: number,
): Promise<Result<BulkResult>> {
  const named = [...new Set(ids)]
  const these = and(eq(conversations.userId, userId), inArray(conversations.id, named))
  const lock = (q: NeonHttpDatabase) =>
    q.select({ id: conversations.id }).from(conversations).where(these).orderBy(conversations.id).for('update')
  const live = (q: NeonHttpDatabase) =>
    q
      .select({ id: conversations.id })
      .from(conversations)
      .where(and(these, isNull(conversations.deletedAt)))

  if (action === 'delete') {
    const ofDeleted = sql`user_id = ${userId} and conversation_id in (select id from ${conversations}
      where user_id = ${userId} and ${inArray(sql`id`, named)} and deleted_at is not null)`
    const [results, error] = await db.write('conversations.bulk', (q) => [
      lock(q),
      q
        .update(conversations)
        .set(deletedFor(retentionDays))
        .where(and(these, isNull(conversations.deletedAt)))
        .returning({ id: conversations.id }),
      ...dropEmbeddings(q, ofDeleted),
    ])
    return error ? fail(error) : ok({ done: idsOf(results[1]), queued: [] })
  }

  if (action === 'restore') {
    const [results, error] = await db.write('conversations.bulk', (q) => [
      lock(q),
      q.execute(restoreStatement(userId, inArray(sql`id`, named))),
      live(q),
    ])
    if (error) return fail(error)
    const [queued, unfit] = allRows(results[1].rows, messageRef)
    return unfit ? fail(unfit) : ok({ done: idsOf(results[2]), queued })
  }

  const archived = action === 'archive'
  const [results, error] = await db.write('conversations.bulk', (q) => [
    lock(q),
    q
      .update(conversations)
      .set({ ...newVersion, archived })
      .where(and(these, isNull(conversations.deletedAt), eq(conversations.archived, !archived))),
    live(q),
  ])
  return error ? fail(error) : ok({ done: idsOf(results[2]), queued: [] })
}

const idsOf = (rows: readonly { id: string }[]): Set<string> => new Set(rows.map(({ id }) => id))
