import * as z from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { RowState } from '../../db/row-state.ts'
import type { Deps } from '../../deps.ts'
import { confirmationOf, confirmedState } from '../../http/confirmation.ts'
import { readPage } from '../../http/page.ts'
import { findUnstorable } from '../../http/storable.ts'
import type { RequestKey } from '../../request-key.ts'
import { fail, ok } from '../../result.ts'
import { embedSoon, type EmbeddingDeps } from '../embeddings/service.ts'
import type { MessageRef } from '../embeddings/sql/queue.ts'
import type { ConversationBulk, ConversationFork, ConversationOpen } from './action-schemas.ts'
import type { ConversationFilters, ConversationsQuery } from './filters.ts'
import { indexSoon } from '../keywords/service.ts'
import { createConversationRepository } from './repository.ts'
import type { ConversationPatch } from './schemas.ts'
import { changeConversations } from './sql/bulk.ts'
import { openConversation } from './sql/create.ts'
import { forkConversation } from './sql/fork.ts'
import { previewPurge, purgeConversation, restoreConversation } from './sql/lifecycle.ts'
import { positionOf } from './sql/list.ts'

/** A list's sort key, the id, and where it matters whether the conversation is pinned. */
const cursorKeyOf = ({ sort, deleted }: ConversationFilters) =>
  z.tuple([
    sort === 'title' && !deleted
      ? z.string().refine((title) => findUnstorable(title) === null)
      : z.iso.datetime({ precision: 3 }),
    z.string(),
    z.literal([0, 1]).default(0),
  ])

const purgeScope = ({ userId }: Caller, id: string) => ({ list: `purge:${id}`, userId })

const of = ({ db, userId }: Caller) => createConversationRepository(db, userId)

/**
 * The caller's conversations. Verbs return `not_found` for a conversation that is missing, deleted or owned by another user. New and
 * restored texts are embedded after the response.
 */
export function createConversationService(deps: EmbeddingDeps & Pick<Deps, 'retentionDays'>) {
  const embedQueued = (caller: Caller, queued: readonly MessageRef[]) => {
    if (queued.length > 0) embedSoon(deps, caller, { messages: queued })
  }

  return {
    /**
     * Opens a conversation, on request with its first messages: all or nothing. With the same `requestKey` again, what was
     * opened then. `conflict` where the caller has a conversation of this id already.
     */
    async open(caller: Caller, conversation: ConversationOpen, requestKey: RequestKey | null = null) {
      const [opened, error] = await openConversation(caller.db, caller.userId, conversation, requestKey)
      if (error) return fail(error)
      if (opened.messages && !requestKey?.replayed) {
        indexSoon(deps, caller, opened.messages)
        embedSoon(deps, caller, { messages: opened.messages })
      }
      return ok(opened)
    },

    /** A page of those that the query lets through, in its order; `invalid_cursor` for one of another query. */
    list(caller: Caller, { limit, cursor, ...filters }: ConversationsQuery) {
      const scope = { list: `conversations ${JSON.stringify(filters)}`, userId: caller.userId }
      return readPage(
        scope,
        { limit, cursor },
        {
          key: cursorKeyOf(filters),
          read: (limit, after) =>
            of(caller).list(limit, after && { key: after[0], id: after[1], pinned: after[2] === 1 }, filters),
          keyOf: (row) => {
            const { key, id, pinned } = positionOf(row, filters)
            return filters.pinnedFirst ? [key, id, Number(pinned)] : [key, id]
          },
        },
      )
    },

    get: (caller: Caller, id: string) => of(caller).get(id),
    /**
     * Changes a conversation in one of these states, or in any where they are null; else `precondition_failed`.
     * `invalid_request` where the metadata would grow too long, or the active leaf is no message of the conversation.
     */
    patch: (caller: Caller, id: string, patch: ConversationPatch, states: RowState[] | null) =>
      of(caller).patch(id, patch, states),
    /** Deletes a conversation in one of these states. It can be restored for as long as the deployment says. */
    remove: (caller: Caller, id: string, states: RowState[] | null) =>
      of(caller).remove(id, states, deps.retentionDays),

    /** Does the same to many conversations, in one transaction. @returns the ids of those that it was done to */
    async change(caller: Caller, bulk: ConversationBulk) {
      const [changed, error] = await changeConversations(caller.db, caller.userId, bulk, deps.retentionDays)
      if (error) return fail(error)
      embedQueued(caller, changed.queued)
      return ok(changed.done)
    },

    /**
     * Copies the path to a message into a new conversation. A repeated `requestKey` returns the conversation made the first time.
     * `invalid_request` where the message is none of the conversation's, `conflict` where the new id is taken.
     */
    async fork(caller: Caller, id: string, fork: ConversationFork, requestKey: RequestKey | null = null) {
      const [forked, error] = await forkConversation(caller.db, caller.userId, id, fork, requestKey)
      if (error) return fail(error)
      embedQueued(caller, forked.queued)
      return ok(forked.conversation)
    },

    /** Brings a deleted conversation back. One that is not deleted stays as it is; one whose time is over is `not_found`. */
    async restore(caller: Caller, id: string) {
      const [restored, error] = await restoreConversation(caller.db, caller.userId, id)
      if (error) return fail(error)
      embedQueued(caller, restored.queued)
      return ok(restored.conversation)
    },

    /** What a purge would remove, and the confirmation that it needs. Of deleted conversations, too. */
    async previewPurge(caller: Caller, id: string) {
      const [preview, error] = await previewPurge(caller.db, caller.userId, id)
      if (error) return fail(error)
      const { state, messageCount } = preview
      return ok({ confirmation: await confirmationOf(purgeScope(caller, id), state), messageCount })
    },

    /**
     * Removes a conversation for good, deleted or not. `precondition_failed` where the confirmation is for another state of it,
     * or for something else.
     */
    async purge(caller: Caller, id: string, confirmation: string) {
      const state = await confirmedState(purgeScope(caller, id), confirmation)
      return purgeConversation(caller.db, caller.userId, id, state)
    },
  }
}

export type ConversationService = ReturnType<typeof createConversationService>
