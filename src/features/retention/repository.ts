import { sql } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'
import { fail, ok, type Result } from '../../result.ts'

/** Rows of one transaction, as in the purge of accounts. */
const MESSAGES = 2_000
const CONVERSATIONS = 100

/** What was deleted so long ago that it goes for good, for `parley_system`. Each ends when nothing is left, or the time is up. */
export interface RetentionRepository {
  /**
   * Removes conversations that are due, the longest overdue first: their messages batch by batch, then the conversations that
   * have none left.
   *
   * @returns how many of both went
   */
  purgeConversations(until: number): Promise<Result<{ conversations: number; messages: number }>>
  /**
   * Takes away what deleted messages said. The rows stay: others hang on them.
   *
   * @returns how many messages
   */
  wipeMessages(until: number): Promise<Result<number>>
}

export function createRetentionRepository(db: Database): RetentionRepository {
  return {
    async purgeConversations(until) {
      const removed = { conversations: 0, messages: 0 }
      for (let some = true; some && Date.now() < until;) {
        const [results, error] = await db.write('retention.purge', (q) => [
          q.execute(deleteMessages),
          q.execute(deleteConversations),
        ])
        if (error) return fail(error)
        const [messages, conversations] = results.map(({ rows }) => rows.length)
        removed.messages += messages ?? 0
        removed.conversations += conversations ?? 0
        some = Boolean(messages || conversations)
      }
      return ok(removed)
    },

    async wipeMessages(until) {
      let wiped = 0
      for (let full = true; full && Date.now() < until;) {
        const [results, error] = await db.write('retention.wipe', (q) => [q.execute(wipeMessages)])
        if (error) return fail(error)
        const count = results[0].rows.length
        wiped += count
        full = count === MESSAGES
      }
      return ok(wiped)
    },
  }
}

/** Locked, so that nobody restores one of which a part is gone. An account that is due is left to its own purge, which counts. */
const due = sql`due as materialized (
  select user_id, id from conversations
  where purge_after <= now() and user_id not in (select id from users where purge_after <= now())
  order by purge_after limit ${CONVERSATIONS} for update skip locked)`

const deleteMessages = sql`
  with ${due}, batch as (
    select m.user_id, m.id from due cross join lateral (
      select user_id, id from messages where user_id = due.user_id and conversation_id = due.id limit ${MESSAGES}) m
    limit ${MESSAGES})
  delete from messages m using batch b where m.user_id = b.user_id and m.id = b.id returning 1`

const deleteConversations = sql`
  with ${due}
  delete from conversations c using due
  where c.user_id = due.user_id and c.id = due.id and not exists (
    select from messages m where m.user_id = due.user_id and m.conversation_id = due.id)
  returning 1`

const wipeMessages = sql`
  with due as materialized (
    select user_id, id from messages where purge_after <= now() order by purge_after limit ${MESSAGES}
    for update skip locked)
  update messages m
  set content = '', parts = null, attachments = null, reasoning = null, metadata = '{}', purge_after = null
  from due where m.user_id = due.user_id and m.id = due.id
  returning 1`
