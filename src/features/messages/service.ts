import * as z from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { RowState } from '../../db/row-state.ts'
import type { Deps } from '../../deps.ts'
import { readPage } from '../../http/page.ts'
import type { RequestKey } from '../../request-key.ts'
import { fail, ok } from '../../result.ts'
import { embedSoon, type EmbeddingDeps } from '../embeddings/service.ts'
import { indexSoon } from '../keywords/service.ts'
import { createMessageRepository } from './repository.ts'
import type { MessagesQuery, MessagePatch, NewMessage } from './schemas.ts'

/** A message by its names. */
export interface MessageName {
  conversationId: string
  messageId: string
}

const treeKey = z.tuple([z.int()])
const pathKey = z.tuple([z.string(), z.union([z.literal(0), z.literal(1)]), z.int()])

const of = ({ db, userId }: Caller, conversationId: string) => createMessageRepository(db, userId, conversationId)
const scopeOf = ({ userId }: Caller, conversationId: string, { view, order, leafId }: MessagesQuery) => ({
  list: `messages:${conversationId}:${view}:${order}:${leafId ?? ''}`,
  userId,
})

/** The messages of the caller's conversations. Errors are those of the repository, and `invalid_cursor`. */
export function createMessageService(deps: EmbeddingDeps & Pick<Deps, 'retentionDays'>) {
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

    /** Every message of the tree by `seq`. */
    tree: (caller: Caller, conversationId: string, query: MessagesQuery) =>
      readPage(scopeOf(caller, conversationId, query), query, {
        key: treeKey,
        read: (limit, after) =>
          of(caller, conversationId).tree({ limit, order: query.order, after: after && after[0] }),
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
        read: (limit, key) => {
          const after = key && { leafId: key[0], goesOn: key[1] === 1, depth: key[2] }
          return of(caller, conversationId).path({ limit, order, leafId, after, siblings: query.siblings === 'true' })
        },
        keyOf: (last, after) => {
          const goesOn = leafId === null && (after ? after[1] === 1 : last.leafIsLast)
          return [last.leafId, goesOn ? 1 : 0, last.depth]
        },
      })
    },

    get: (caller: Caller, { conversationId, messageId }: MessageName) => of(caller, conversationId).get(messageId),

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
      return ok(message)
    },
  }
}
