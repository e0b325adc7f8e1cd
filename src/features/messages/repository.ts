import './sql/export.ts'
import { and, eq, inArray, isNull, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type * as z from 'zod'
import { deletedFor, isInState, newVersion, type RowState } from '../../db/row-state.ts'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { METADATA_TOO_LONG } from '../../db/metadata.ts'
import { prepared } from '../../db/prepared.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import type { RequestKey } from '../../request-key.ts'
import { type AppError, fail, ok, type Result } from '../../result.ts'
import { conversations, MAX_BRANCHES } from '../conversations/table.ts'
import { dropEmbeddings } from '../embeddings/sql/drop.ts'
import { queueMessages, requeueMessages } from '../embeddings/sql/queue.ts'
import { writeOnce, writtenHere } from '../idempotency/sql/write-once.ts'
import { toGiven } from './save-chat.ts'
import type { ChatMessage, ExpectedChat, SavedChat } from './save-schemas.ts'
import { appendStatement } from './sql/append.ts'
import { storeChat, storedChat } from './sql/save.ts'
import { toChanges } from './sql/patch.ts'
import { titleWithout, titleWithRestored } from './sql/derived-title.ts'
import { keptColumns, toAppended, toRow, unknownParents } from './new-message.ts'
import { leafFinder } from './leaves.ts'
import { type Branch, branchesOf, branchRow } from './sql/branches.ts'
import { PATH_PAGES, TREE_PAGES } from './sql/path.ts'
import {
  type MessagePatch,
  type MessageRow,
  messageRow,
  type NewMessage,
  type PathRow,
  pathRow,
  type TreeRow,
  treeRow,
} from './schemas.ts'
import { messageColumns, messages } from './table.ts'

/** Where a page of a path goes on: on the way to this leaf, and what was said behind it since, behind this depth. */
export interface PathPosition {
  leafId: string
  goesOn: boolean
  depth: number
}

export interface PathQuery {
  limit: number
  order: 'asc' | 'desc'
  /** The way to this message; null for that to the active leaf. */
  leafId: string | null
  after: PathPosition | null
  /** With each message's siblings, and the leaf below each of them. */
  siblings: boolean
}

export interface SaveOptions extends ExpectedChat {
  /** After which an `in_progress` message that nothing has written to counts as failed. */
  timeoutMinutes: number
}

/** All messages of the tree by `seq`. */
export interface TreeQuery {
  limit: number
  order: 'asc' | 'desc'
  /** Behind this `seq`. */
  after: number | null
}

/** The messages of one user's conversation; `not_found` is what is missing, deleted or somebody else's. */
export interface MessageRepository {
  /**
   * Appends in order, all or none, together with the conversation's counters and activity and the jobs that embed the
   * texts. The lock on the conversation makes `seq` gapless under concurrent writers. `conflict` where an id exists,
   * `invalid_request` where a named parent is no message of this conversation.
   */
  append(news: readonly NewMessage[], requestKey?: RequestKey | null): Promise<Result<MessageRow[]>>
  /**
   * Brings the conversation to this list, a path: adds what is new, extends what is not finished, and makes a branch of what differs.
   * Creates the conversation where it is missing, unless `states` are given. The same list twice writes nothing.
   * `not_found` for a deleted conversation, `payload_too_large` where the list cannot be sent to the database.
   */
  save(list: readonly ChatMessage[], options: SaveOptions): Promise<Result<SavedChat>>
  /** The way from the root to a leaf. Pages of large messages are shorter than asked for. */
  path(query: PathQuery): Promise<Result<PathRow[]>>
  /** Every message, whatever way it is on. */
  tree(query: TreeQuery): Promise<Result<TreeRow[]>>
  get(id: string): Promise<Result<MessageRow>>
  /** A changed text loses its vector and is embedded anew. `states`: as in the conversations' repository. */
  patch(id: string, patch: MessagePatch, states: RowState[] | null): Promise<Result<MessageRow>>
  /** Hides the message, which can be restored for so many days, and removes its vector and job for good. */
  remove(id: string, states: RowState[] | null, retentionDays: number): Promise<Result<void>>
  /** Brings a deleted message back within its time, and queues its text; one that is there already stays as it is. */
  restore(id: string): Promise<Result<MessageRow>>
}

/** Siblings are shown with the leaves below them: that reads every branch of the conversation. */
export const TOO_MANY_BRANCHES: AppError = {
  code: 'invalid_request',
  errors: [{ path: 'messages', message: `would give the conversation more than ${MAX_BRANCHES} branches` }],
}

/** Of `app.save_chat`: more than 100 messages that get other parts, or 300 that are compared part by part. */
const TOO_MUCH_DIFFERS: AppError = {
  code: 'invalid_request',
  errors: [{ path: 'messages', message: 'differ from what is stored in too many places: save a shorter list first' }],
}

const CONSTRAINTS: ConstraintErrors = {
  messages_user_id_conversation_id_id_pk: { code: 'conflict' },
  messages_metadata_check: METADATA_TOO_LONG,
  conversations_branches_check: TOO_MANY_BRANCHES,
  messages_effort_check: TOO_MUCH_DIFFERS,
}
const { userId: _userId, deletedAt: _deletedAt, branch: _branch, ...columns } = messageColumns

export function createMessageRepository(db: Database, userId: string, conversationId: string): MessageRepository {
  const liveConversation = isLiveConversation(userId, conversationId)
  const live = isLive(userId, conversationId)
  const one = (id: string) => and(live, eq(messages.id, id))
  const inState = (id: string, states: RowState[] | null) => and(one(id), isInState(messages, states))
  /** Every writer takes the conversation first: then none waits for another in a circle. */
  const lockConversation = (q: NeonHttpDatabase, condition?: SQL) =>
    q.select({ id: conversations.id }).from(conversations).where(and(liveConversation, condition)).for('update')

  return {
    async append(news, requestKey = null) {
      const rows = news.map((message) => toRow(message))
      const parents = news.flatMap(({ parentId }) => parentId ?? [])
      const [created, error] = await writeOnce(db, 'messages.append', {
        userId,
        requestKey,
        write: (q, isFirst) => [
          lockConversation(q, isFirst),
          appendStatement(q, { userId, conversationId }, rows, isFirst),
          q
            .select({ id: messages.id })
            .from(messages)
            .where(and(live, inArray(messages.id, parents))),
        ],
        answer: (q) => {
          const added = inArray(
            messages.id,
            rows.map(({ id }) => id),
          )
          return q
            .select(keptColumns(rows))
            .from(messages)
            .where(and(live, added, writtenHere(messages)))
            .orderBy(messages.seq)
        },
        constraints: CONSTRAINTS,
      })
      if (error) return fail(error)
      const { results, replay } = created
      if (replay) return toAppended(rows, replay)
      if (results[0].length === 0) return fail({ code: 'not_found' })
      if (results[1].length === 0) return fail(unknownParents(news, new Set(results[2].map(({ id }) => id))))
      return toAppended(rows, results[1])
    },

    async save(list, options) {
      const [results, error] = await db.write(
        'messages.save',
        (q) => [storeChat(q, { userId, conversationId }, toGiven(list), options)],
        CONSTRAINTS,
        // With a state that was asked for, the repetition would not find it any more.
        { repeatable: options.states === null },
      )
      if (error) return fail(error)
      const [stored, unfit] = oneRow(results[0].rows, storedChat)
      if (unfit) return fail(unfit)
      const { isNew, isInState: isExpected, saved, ...conversation } = stored
      if (!isExpected || !saved) return fail({ code: 'precondition_failed' })
      return ok({ rows: saved.map(([sentId, id, result]) => ({ sentId, id, result })), conversation, isNew })
    },

    async path({ limit, order, leafId, after, siblings }) {
      const pages = PATH_PAGES[siblings ? 'siblings' : 'plain'][order]
      const page = after === null ? pages.first : pages.next
      const leaf = after?.leafId ?? leafId
      const [results, error] = await db.read('messages.path', () => [
        liveConversationOf({ userId, conversationId, leaf }),
        page({ userId, conversationId, limit, leaf, goesOn: after?.goesOn ?? false, after: after?.depth ?? null }),
        ...(siblings ? [branchesOf({ userId, conversationId })] : []),
      ])
      if (error) return fail(error)
      const [conversation] = results[0]
      if (!conversation) return fail({ code: 'not_found' })
      if (leaf !== null && !conversation.hasLeaf) return fail(UNKNOWN_LEAF)
      const [rows, unfit] = allRows(results[1], pathRow)
      if (unfit) return fail(unfit)
      const [branches, broken] = allRows(results[2]?.rows ?? [], branchRow)
      return broken ? fail(broken) : ok(withLeaves(rows, branches))
    },

    async tree({ limit, order, after }) {
      const page = after === null ? TREE_PAGES[order].first : TREE_PAGES[order].next
      const [results, error] = await db.read('messages.tree', () => [
        liveConversationOf({ userId, conversationId, leaf: null }),
        page({ userId, conversationId, limit, after }),
      ])
      if (error) return fail(error)
      return results[0].length === 0 ? fail({ code: 'not_found' }) : allRows(results[1], treeRow)
    },

    async get(id) {
      const [results, error] = await db.read('messages.get', () => [oneOf({ userId, conversationId, id })])
      return error ? fail(error) : oneRow(results[0], messageRow)
    },

    async patch(id, patch, states) {
      const changes = toChanges(patch)
      const [results, error] = await db.write(
        'messages.patch',
        (q) => {
          const changed = q.$with('changed', columns).as(
            q
              .update(messages)
              .set({ ...changes, ...newVersion })
              .where(inState(id, states))
              .returning()
              .getSQL(),
          )
          const touched = q.$with('touched', { id: conversations.id }).as(sql`
          update ${conversations} set version = version + 1, updated_at = now()
          where ${liveConversation} and exists (select from changed) returning id`)
          return [
            lockConversation(q),
            ...requeueMessages(q, inState(id, states), changes),
            q.with(changed, touched).select().from(changed),
            q.select({ id: messages.id }).from(messages).where(one(id)),
          ]
        },
        CONSTRAINTS,
      )
      if (error) return fail(error)
      const [, , , , rows, still] = results
      return rows.length === 0 && still.length > 0 ? fail({ code: 'precondition_failed' }) : oneRow(rows, messageRow)
    },

    async remove(id, states, retentionDays) {
      const deleted = sql`user_id = ${userId} and conversation_id = ${conversationId} and message_id = (
        select id from ${messages}
        where user_id = ${userId} and conversation_id = ${conversationId} and id = ${id} and deleted_at is not null)`
      const [results, error] = await db.write('messages.remove', (q) => {
        const removed = q
          .$with('removed', { id: messages.id })
          .as(
            q
              .update(messages)
              .set(deletedFor(retentionDays))
              .where(inState(id, states))
              .returning({ id: messages.id })
              .getSQL(),
          )
        const counted = q.$with('counted', { id: conversations.id }).as(sql`
          update ${conversations} set message_count = message_count - 1, version = version + 1, updated_at = now(),
            derived_title = ${titleWithout({ userId, conversationId }, id)}
          where ${liveConversation} and exists (select from removed) returning id`)
        return [
          lockConversation(q),
          q.with(removed, counted).select().from(removed),
          ...dropEmbeddings(q, deleted),
          q.select({ id: messages.id }).from(messages).where(one(id)),
        ]
      })
      if (error) return fail(error)
      if (results[1].length > 0) return ok(undefined)
      return fail({ code: results[4].length > 0 ? 'precondition_failed' : 'not_found' })
    },

    async restore(id) {
      const deleted = sql`user_id = ${userId} and conversation_id = ${conversationId} and id = ${id}
        and deleted_at is not null and purge_after > clock_timestamp()`
      const [results, error] = await db.write('messages.restore', (q) => {
        const restored = q.$with('restored', { id: messages.id }).as(sql`
          update messages set deleted_at = null, purge_after = null, updated_at = now(), version = version + 1
          where ${deleted} and exists (select from ${conversations} where ${liveConversation})
          returning user_id, conversation_id, id, seq, role, content, status`)
        const counted = q.$with('counted', {}).as(sql`
          update conversations set message_count = message_count + 1, version = version + 1, updated_at = now(),
            derived_title = ${titleWithRestored({ userId, conversationId })}
          where user_id = ${userId} and id = ${conversationId} and exists (select from restored) returning id`)
        const queued = q.$with('queued', {}).as(queueMessages(sql`select * from restored`))
        return [
          lockConversation(q),
          q.with(restored, counted, queued).select().from(restored),
          oneOf({ userId, conversationId, id }),
        ]
      })
      return error ? fail(error) : oneRow(results[2], messageRow)
    },
  }
}

/** With the leaf below each sibling. */
function withLeaves(rows: readonly z.output<typeof pathRow>[], branches: readonly Branch[]): PathRow[] {
  const leafBelow = leafFinder(branches)
  return rows.map(({ siblings, ...row }) => {
    const ids = siblings?.map(([id]) => id) ?? []
    const leafIds = siblings?.map(([id, branch, depth]) => leafBelow({ id, branch, depth })) ?? []
    return { ...row, siblings: siblings && { ids, leafIds } }
  })
}

type Value = string | Placeholder

const isLiveConversation = (userId: Value, conversationId: Value) =>
  and(eq(conversations.userId, userId), eq(conversations.id, conversationId), isNull(conversations.deletedAt))

const isLive = (userId: Value, conversationId: Value) =>
  and(
    eq(messages.userId, userId),
    eq(messages.conversationId, conversationId),
    isNull(messages.deletedAt),
    sql`exists (select from ${conversations} where ${isLiveConversation(userId, conversationId)})`,
  )

const given = { userId: sql.placeholder('userId'), conversationId: sql.placeholder('conversationId') }
const selectLive = (q: NeonHttpDatabase, condition?: SQL) =>
  q
    .select(columns)
    .from(messages)
    .where(and(isLive(given.userId, given.conversationId), condition))

const liveConversationOf = prepared((q) =>
  q
    .select({
      hasLeaf: sql<boolean>`exists (select from messages where user_id = ${given.userId}
        and conversation_id = ${given.conversationId} and id = ${sql.placeholder('leaf')}::text)`,
    })
    .from(conversations)
    .where(isLiveConversation(given.userId, given.conversationId)),
)
const oneOf = prepared((q) => selectLive(q, eq(messages.id, sql.placeholder('id'))))

export const UNKNOWN_LEAF: AppError = {
  code: 'invalid_request',
  errors: [{ path: 'leafId', message: 'is not a message of this conversation' }],
}
