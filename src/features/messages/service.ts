import * as z from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { RowState } from '../../db/row-state.ts'
import type { Deps } from '../../deps.ts'
import { readPage } from '../../http/page.ts'
import { sweep } from '../../jobs/sweep.ts'
import type { RequestKey } from '../../request-key.ts'
import { fail, ok, type Result } from '../../result.ts'
import { embedSoon, type EmbeddingDeps } from '../embeddings/service.ts'
import { EMBEDDED_AT_ONCE } from '../embeddings/sql/queue.ts'
import { indexSoon } from '../keywords/service.ts'
import { textOf } from './parts.ts'
import { createMessageRepository } from './repository.ts'
import type { ChatMessage, ExpectedChat } from './save-schemas.ts'
import type { MessageRow, MessagesQuery, MessagePatch, NewMessage } from './schemas.ts'
import { settleTimedOut } from './sql/settle.ts'
import { asRead } from './timed-out.ts'

/** A message by its names. */
export interface MessageName {
  conversationId: string
  messageId: string
}

const of = ({ db, userId }: Caller, conversationId: string) => createMessageRepository(db, userId, conversationId)

const treeKey = z.tuple([z.int()])
const pathKey = z.tuple([z.string(), z.union([z.literal(0), z.literal(1)]), z.int()])

const scopeOf = ({ userId }: Caller, conversationId: string, { view, order, leafId }: MessagesQuery) => ({
  list: `messages:${conversationId}:${view}:${order}:${leafId ?? ''}`,
  userId,
})

/** The messages of the caller's conversations. Errors are those of the repository, and `invalid_cursor`. */
export function createMessageService(deps: EmbeddingDeps & Pick<Deps, 'retentionDays' | 'inProgressMinutes'>) {
  const read = <T extends MessageRow>([rows, error]: Result<T[]>): Result<T[]> =>
    error ? fail(error) : ok(rows.map((row) => asRead(row, deps.inProgressMinutes)))

  return {
    /** Appends all or none, and embeds them right after the answer. With the same `requestKey` again, what was appended then. */
    async append(
      caller: Caller,
      conversationId: string,
      news: readonly NewMessage[],
      requestKey: RequestKey | null = null,
    ) {
      const [rows, error] = await of(caller, conversationId).append(news, requestKey)
      if (error) return fail(error)
      if (requestKey?.replayed) return ok(rows)
      indexSoon(deps, caller, rows)
      embedSoon(deps, caller, { messages: rows })
      return ok(rows)
    },

    /**
     * Brings a conversation to the list of messages that a client holds, and embeds new texts right after the answer. The
     * conversation is created where it is missing, unless it must exist.
     */
    async save(caller: Caller, conversationId: string, list: readonly ChatMessage[], expected: ExpectedChat) {
      const [saved, error] = await of(caller, conversationId).save(list, {
        ...expected,
        timeoutMinutes: deps.inProgressMinutes,
      })
      if (error) return fail(error)
      const written = saved.rows.filter(({ result }) => result !== 'unchanged').slice(-EMBEDDED_AT_ONCE)
      if (written.length > 0) {
        indexSoon(deps, caller, list.map(toText))
        embedSoon(deps, caller, { messages: written.map(({ id }) => ({ conversationId, id })) })
      }
      return ok(saved)
    },

    /** Every message of the tree by `seq`. */
    tree: (caller: Caller, conversationId: string, query: MessagesQuery) =>
      readPage(scopeOf(caller, conversationId, query), query, {
        key: treeKey,
        read: async (limit, after) =>
          read(await of(caller, conversationId).tree({ limit, order: query.order, after: after && after[0] })),
        keyOf: ({ seq }) => [seq],
      }),

    /**
     * The path to a leaf. All pages belong to the same path even if another leaf becomes active meanwhile; messages that are appended
     * to it are included.
     */
    path(caller: Caller, conversationId: string, query: MessagesQuery) {
      const { order, leafId = null } = query
      return readPage(scopeOf(caller, conversationId, query), query, {
        key: pathKey,
        read: async (limit, key) => {
          const after = key && { leafId: key[0], goesOn: key[1] === 1, depth: key[2] }
          const siblings = query.siblings === 'true'
          return read(await of(caller, conversationId).path({ limit, order, leafId, after, siblings }))
        },
        keyOf: (last, after) => {
          const goesOn = leafId === null && (after ? after[1] === 1 : last.leafIsLast)
          return [last.leafId, goesOn ? 1 : 0, last.depth]
        },
      })
    },

    async get(caller: Caller, { conversationId, messageId }: MessageName) {
      const [message, error] = await of(caller, conversationId).get(messageId)
      return error ? fail(error) : ok(asRead(message, deps.inProgressMinutes))
    },

    /** Changes a message in one of these states, or in any, and embeds a new text right after the answer. */
    async patch(
      caller: Caller,
      { conversationId, messageId }: MessageName,
      patch: MessagePatch,
      states: RowState[] | null,
    ) {
      const [message, error] = await of(caller, conversationId).patch(messageId, patch, states)
      if (error) return fail(error)
      if (patch.content !== undefined || patch.parts) indexSoon(deps, caller, [message])
      embedSoon(deps, caller, { messages: [message] })
      return ok(message)
    },

    /** Deletes a message, which can be restored for as long as the deployment says. */
    remove: (caller: Caller, { conversationId, messageId }: MessageName, states: RowState[] | null) =>
      of(caller, conversationId).remove(messageId, states, deps.retentionDays),

    /** Brings a deleted message back, and embeds it right after the answer. */
    async restore(caller: Caller, { conversationId, messageId }: MessageName) {
      const [message, error] = await of(caller, conversationId).restore(messageId)
      if (error) return fail(error)
      embedSoon(deps, caller, { messages: [message] })
      return ok(asRead(message, deps.inProgressMinutes))
    },
  }
}

const toText = ({ content, parts }: ChatMessage) => ({ content: content ?? textOf(parts) })

/** Gives up messages that nobody writes to any more: what reads as `failed` becomes so. */
export const settleMessages = (deps: Deps): Promise<void> =>
  sweep(deps, 'settling_failed', async ({ db, until, log, logFailure }) => {
    const [settled, error] = await settleTimedOut(db, deps.inProgressMinutes, until)
    logFailure(error)
    if (settled) log('info', 'settled', { messages: settled })
  })
