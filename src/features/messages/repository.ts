import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNull,
  lt,
  type Placeholder,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { newId } from '../../id.ts'
import { fail, ok, type Result } from '../../result.ts'
import { conversations } from '../conversations/table.ts'
import { embeddingJobs } from '../embedding-jobs/table.ts'
import { chatVectors } from '../vectors/table.ts'
import { type MessagePatch, type MessageRow, messageRow, type NewMessage } from './schemas.ts'
import { messages } from './table.ts'

export interface MessagePage {
  limit: number
  order: 'asc' | 'desc'
  /** Behind this `seq`. */
  after: number | null
}

/** The messages of one user's conversation; `not_found` is what is missing, deleted or somebody else's. */
export interface MessageRepository {
  /**
   * Appends in order, all or none, together with the conversation's counters and activity and the jobs that embed the
   * texts. The lock on the conversation makes `seq` gapless under concurrent writers. `conflict` where an id exists.
   */
  append(news: readonly NewMessage[]): Promise<Result<MessageRow[]>>
  list(page: MessagePage): Promise<Result<MessageRow[]>>
  get(id: string): Promise<Result<MessageRow>>
  /** A changed text loses its vector and is embedded anew. `versions`: as in the conversations' repository. */
  patch(id: string, patch: MessagePatch, versions: number[] | null): Promise<Result<MessageRow>>
  /** Hides the message and removes its vector and job for good. */
  remove(id: string, versions: number[] | null): Promise<Result<void>>
}

const ID_TAKEN: ConstraintErrors = { messages_user_id_id_pk: { code: 'conflict' } }
const { userId: _userId, deletedAt: _deletedAt, ...columns } = getTableColumns(messages)

export function createMessageRepository(db: Database, userId: string, conversationId: string): MessageRepository {
  const liveConversation = isLiveConversation(userId, conversationId)
  const live = isLive(userId, conversationId)
  const one = (id: string) => and(live, eq(messages.id, id))
  const inState = (id: string, versions: number[] | null) =>
    and(one(id), versions ? inArray(messages.version, versions) : undefined)
  /** Every writer takes the conversation first: then none waits for another in a circle. */
  const lockConversation = (q: NeonHttpDatabase) =>
    q.select({ id: conversations.id }).from(conversations).where(liveConversation).for('update')

  return {
    async append(news) {
      const rows = news.map((message, i) => ({
        metadata: {},
        ...message,
        id: message.id ?? newId(),
        position: i + 1,
        embed: hasText(message.content),
      }))
      const [results, error] = await db.write(
        'messages.append',
        (q) => {
          const conversation = q.$with('conversation', { id: conversations.id }).as(sql`
          update conversations
          set last_seq = last_seq + ${rows.length}, message_count = message_count + ${rows.length},
            last_activity_at = now(), updated_at = now(), version = version + 1
          where user_id = ${userId} and id = ${conversationId} and deleted_at is null
          returning user_id, id, last_seq - ${rows.length} as seq_before`)
          const news = q.$with('news', { id: messages.id }).as(sql`
          select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
            as (position int, id uuid, role text, content text, metadata jsonb, embed boolean)`)
          const added = q.$with('added', columns).as(sql`
          insert into messages (user_id, id, conversation_id, seq, role, content, metadata)
          select c.user_id, n.id, c.id, c.seq_before + n.position, n.role, n.content, n.metadata
          from conversation c, news n
          returning *`)
          const queued = q.$with('queued', { id: embeddingJobs.messageId }).as(sql`
          insert into embedding_jobs (user_id, message_id)
          select c.user_id, n.id from conversation c, news n where n.embed
          returning message_id`)
          return [q.with(conversation, news, added, queued).select().from(added).orderBy(added.seq)]
        },
        ID_TAKEN,
      )
      if (error) return fail(error)
      return results[0].length === 0 ? fail({ code: 'not_found' }) : allRows(results[0], messageRow)
    },

    async list({ limit, order, after }) {
      const page = after === null ? PAGES[order].first : PAGES[order].next
      const [results, error] = await db.read('messages.list', () => [
        liveConversationOf({ userId, conversationId }),
        page({ userId, conversationId, limit, after }),
      ])
      if (error) return fail(error)
      return results[0].length === 0 ? fail({ code: 'not_found' }) : allRows(results[1], messageRow)
    },

    async get(id) {
      const [results, error] = await db.read('messages.get', () => [oneOf({ userId, conversationId, id })])
      return error ? fail(error) : oneRow(results[0], messageRow)
    },

    async patch(id, patch, versions) {
      const [results, error] = await db.write('messages.patch', (q) => {
        const changed = q.$with('changed', columns).as(
          q
            .update(messages)
            .set({ ...patch, updatedAt: sql`now()`, version: sql`${messages.version} + 1` })
            .where(inState(id, versions))
            .returning()
            .getSQL(),
        )
        const touched = q.$with('touched', { id: conversations.id }).as(sql`
          update ${conversations} set version = version + 1, updated_at = now()
          where ${liveConversation} and exists (select from changed) returning id`)
        return [
          lockConversation(q),
          ...renewEmbedding(q, inState(id, versions), patch.content),
          q.with(changed, touched).select().from(changed),
          q.select({ id: messages.id }).from(messages).where(one(id)),
        ]
      })
      if (error) return fail(error)
      const [, , , rows, still] = results
      return rows.length === 0 && still.length > 0 ? fail({ code: 'precondition_failed' }) : oneRow(rows, messageRow)
    },

    async remove(id, versions) {
      const deleted = (column: SQLWrapper) => sql`${column} = (select id from ${messages}
        where user_id = ${userId} and id = ${id} and deleted_at is not null)`
      const [results, error] = await db.write('messages.remove', (q) => {
        const removed = q.$with('removed', { id: messages.id }).as(
          q
            .update(messages)
            .set({ deletedAt: sql`now()`, updatedAt: sql`now()`, version: sql`${messages.version} + 1` })
            .where(inState(id, versions))
            .returning({ id: messages.id })
            .getSQL(),
        )
        const counted = q.$with('counted', { id: conversations.id }).as(sql`
          update ${conversations} set message_count = message_count - 1, version = version + 1, updated_at = now()
          where ${liveConversation} and exists (select from removed) returning id`)
        return [
          lockConversation(q),
          q.with(removed, counted).select().from(removed),
          q.delete(embeddingJobs).where(and(eq(embeddingJobs.userId, userId), deleted(embeddingJobs.messageId))),
          q.delete(chatVectors).where(and(eq(chatVectors.userId, userId), deleted(chatVectors.messageId))),
          q.select({ id: messages.id }).from(messages).where(one(id)),
        ]
      })
      if (error) return fail(error)
      if (results[1].length > 0) return ok(undefined)
      return fail({ code: results[4].length > 0 ? 'precondition_failed' : 'not_found' })
    },
  }
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
const selectPage = (q: NeonHttpDatabase, order: SQL, condition?: SQL) =>
  selectLive(q, condition).orderBy(order).limit(sql.placeholder('limit'))

const liveConversationOf = prepared((q) =>
  q.select({ id: conversations.id }).from(conversations).where(isLiveConversation(given.userId, given.conversationId)),
)
const oneOf = prepared((q) => selectLive(q, eq(messages.id, sql.placeholder('id'))))
const PAGES = {
  asc: {
    first: prepared((q) => selectPage(q, asc(messages.seq))),
    next: prepared((q) => selectPage(q, asc(messages.seq), gt(messages.seq, sql.placeholder('after')))),
  },
  desc: {
    first: prepared((q) => selectPage(q, desc(messages.seq))),
    next: prepared((q) => selectPage(q, desc(messages.seq), lt(messages.seq, sql.placeholder('after')))),
  },
}

/** Whether there is something to embed. */
const hasText = (content: string): boolean => /\S/.test(content)

/** Before the text changes: a job instead of the vector, or neither where the new text says nothing. */
function renewEmbedding(q: NeonHttpDatabase, target: SQL | undefined, content: string | undefined) {
  const stale = sql`(select user_id, id from ${messages} where ${target} and content <> ${content ?? sql`content`})`
  const renewed = hasText(content ?? '')
    ? q.execute(sql`
        insert into embedding_jobs (user_id, message_id) ${stale}
        on conflict (user_id, message_id) do update
          set claim_id = null, attempts = 0, run_at = now(), last_error = null`)
    : q.delete(embeddingJobs).where(sql`(user_id, message_id) in ${stale}`)
  return [renewed, q.delete(chatVectors).where(sql`(user_id, message_id) in ${stale}`)] as const
}
