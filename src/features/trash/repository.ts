import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'
import { fail, ok, type Result } from '../../result.ts'

/** Rows of one transaction, as in the purge of accounts. */
const PARTS = 2_000
const WHOLES = 100

/** What was deleted so long ago that it goes for good, for `parley_system`. Each ends when nothing is left, or the time is up. */
export interface TrashRepository {
  /**
   * Removes conversations that are due, the longest overdue first: their messages batch by batch, then the conversations that
   * have none left.
   *
   * @returns how many of both went
   */
  purgeConversations(until: number): Promise<Result<{ conversations: number; messages: number }>>
  /** The same with documents and their chunks, whose jobs and vectors go with them. */
  purgeDocuments(until: number): Promise<Result<{ documents: number; chunks: number }>>
  /**
   * Takes away what deleted messages said. The rows stay: others hang on them.
   *
   * @returns how many messages
   */
  wipeMessages(until: number): Promise<Result<number>>
}

export function createTrashRepository(db: Database): TrashRepository {
  return {
    async purgeConversations(until) {
      const [removed, error] = await purge(db, until, 'trash.conversations', CONVERSATIONS)
      return error ? fail(error) : ok({ conversations: removed.wholes, messages: removed.parts })
    },

    async purgeDocuments(until) {
      const [removed, error] = await purge(db, until, 'trash.documents', DOCUMENTS)
      return error ? fail(error) : ok({ documents: removed.wholes, chunks: removed.parts })
    },

    async wipeMessages(until) {
      let wiped = 0
      for (let full = true; full && Date.now() < until;) {
        const [results, error] = await db.write('trash.messages', (q) => [q.execute(wipeMessages)])
        if (error) return fail(error)
        const count = results[0].rows.length
        wiped += count
        full = count === PARTS
      }
      return ok(wiped)
    },
  }
}

/** The statements that remove wholes which are due: first so many of their parts, then those that have none left. */
interface Purge {
  deleteParts: SQL
  deleteWholes: SQL
}
const CONVERSATIONS = purgeOf('conversations', 'messages', 'conversation_id')
const DOCUMENTS = purgeOf('documents', 'document_chunks', 'document_id')

function purgeOf(wholes: string, parts: string, key: string): Purge {
  const [whole, part, ofWhole] = [sql.identifier(wholes), sql.identifier(parts), sql.identifier(key)]
  // Locked, so that nobody restores one of which a part is gone. An account that is due is left to its own purge, which counts.
  const due = sql`due as materialized (
    select user_id, id from ${whole}
    where purge_after <= now() and user_id not in (select id from users where purge_after <= now())
    order by purge_after limit ${WHOLES} for update skip locked)`
  return {
    deleteParts: sql`
      with ${due}, batch as (
        select p.user_id, p.${ofWhole}, p.id from due cross join lateral (
          select user_id, ${ofWhole}, id from ${part} where user_id = due.user_id and ${ofWhole} = due.id limit ${PARTS}) p
        limit ${PARTS})
      delete from ${part} p using batch b where p.user_id = b.user_id and p.${ofWhole} = b.${ofWhole} and p.id = b.id returning 1`,
    deleteWholes: sql`
      with ${due}
      delete from ${whole} w using due
      where w.user_id = due.user_id and w.id = due.id and not exists (
        select from ${part} p where p.user_id = due.user_id and p.${ofWhole} = due.id)
      returning 1`,
  }
}

async function purge(
  db: Database,
  until: number,
  name: string,
  { deleteParts, deleteWholes }: Purge,
): Promise<Result<{ wholes: number; parts: number }>> {
  const removed = { wholes: 0, parts: 0 }
  for (let some = true; some && Date.now() < until;) {
    const [results, error] = await db.write(name, (q) => [q.execute(deleteParts), q.execute(deleteWholes)])
    if (error) return fail(error)
    const [parts = 0, wholes = 0] = results.map(({ rows }) => rows.length)
    removed.parts += parts
    removed.wholes += wholes
    some = parts + wholes > 0
  }
  return ok(removed)
}

const wipeMessages = sql`
  with due as materialized (
    select user_id, conversation_id, id from messages where purge_after <= now() order by purge_after limit ${PARTS}
    for update skip locked)
  update messages m
  set content = '', parts = null, attachments = null, reasoning = null, metadata = '{}', purge_after = null
  from due where m.user_id = due.user_id and m.conversation_id = due.conversation_id and m.id = due.id
  returning 1`
