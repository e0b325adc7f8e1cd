import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import * as z from 'zod'
import type { Database } from '../../db/database.ts'
import { allRows } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { embeddingJobs } from '../embedding-jobs/table.ts'
import { messages } from '../messages/table.ts'
import { chatVectors } from '../vectors/table.ts'
import type { BulkAction } from './action-schemas.ts'
import { restoreStatement } from './lifecycle.ts'
import { conversations } from './table.ts'

/** Which conversations it was done to, and the first of the messages that wait for a vector now. */
export interface BulkResult {
  done: Set<string>
  queued: string[]
}

const idRow = z.object({ id: z.string() })

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
  const named = [...new Set(ids.map((id) => id.toLowerCase()))]
  const these = and(eq(conversations.userId, userId), inArray(conversations.id, named))
  const lock = (q: NeonHttpDatabase) =>
    q.select({ id: conversations.id }).from(conversations).where(these).orderBy(conversations.id).for('update')
  const live = (q: NeonHttpDatabase) =>
    q
      .select({ id: conversations.id })
      .from(conversations)
      .where(and(these, isNull(conversations.deletedAt)))
  const touched = { updatedAt: sql`now()`, version: sql`version + 1` }

  if (action === 'delete') {
    const deletedMessages = sql`(select m.id from ${messages} m join ${conversations} c
      on c.user_id = m.user_id and c.id = m.conversation_id
      where m.user_id = ${userId} and ${inArray(sql`c.id`, named)} and c.deleted_at is not null)`
    const [results, error] = await db.write('conversations.bulk', (q) => [
      lock(q),
      q
        .update(conversations)
        .set({ ...touched, deletedAt: sql`now()`, purgeAfter: sql`now() + make_interval(days => ${retentionDays})` })
        .where(and(these, isNull(conversations.deletedAt)))
        .returning({ id: conversations.id }),
      q
        .delete(embeddingJobs)
        .where(and(eq(embeddingJobs.userId, userId), inArray(embeddingJobs.messageId, deletedMessages))),
      q.delete(chatVectors).where(and(eq(chatVectors.userId, userId), inArray(chatVectors.messageId, deletedMessages))),
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
    const [queued, unfit] = allRows(results[1].rows, idRow)
    return unfit ? fail(unfit) : ok({ done: idsOf(results[2]), queued: queued.map(({ id }) => id) })
  }

  const archived = action === 'archive'
  const [results, error] = await db.write('conversations.bulk', (q) => [
    lock(q),
    q
      .update(conversations)
      .set({ ...touched, archived })
      .where(and(these, isNull(conversations.deletedAt), eq(conversations.archived, !archived))),
    live(q),
  ])
  return error ? fail(error) : ok({ done: idsOf(results[2]), queued: [] })
}

const idsOf = (rows: readonly { id: string }[]): Set<string> => new Set(rows.map(({ id }) => id))
