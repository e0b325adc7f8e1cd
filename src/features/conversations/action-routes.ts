import { Hono } from 'hono'
import * as z from 'zod'
import type { Deps } from '../../deps.ts'
import type { UserEnv } from '../../auth/user-env.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { idempotent } from '../../http/idempotency.ts'
import { operation } from '../../http/openapi.ts'
import { etagOf } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { embedInBackground } from '../embeddings/service.ts'
import { bulkReport, conversationBulk, conversationFork, conversationPurge, purgePreview } from './action-schemas.ts'
import { changeConversations } from './sql/bulk.ts'
import { forkConversation } from './sql/fork.ts'
import { previewPurge, purgeConversation, restoreConversation } from './sql/lifecycle.ts'
import { conversationPath, conversationSchema } from './schemas.ts'
import { toConversation } from './wire.ts'

const tag = 'Conversations'
const stateKey = z.tuple([z.int(), z.iso.datetime({ precision: 3 })])

/** What one does with whole conversations; part of `conversationRoutes`, behind its authentication. */
export const conversationActions = (deps: Deps) =>
  new Hono<UserEnv>()
    .post(
      '/bulk',
      operation({
        operationId: 'changeConversations',
        tag,
        summary: 'Archive, delete or restore many conversations',
        description:
          'In one transaction, with the same effects as one by one. Ids of which there is nothing to change are reported as not_found; the others are done all the same.',
        examples: {
          archive: {
            summary: 'Archive some',
            value: { action: 'archive', ids: ['0199c3a0-7c1e-7d34-9b52-4f0a6d8e21c7'] },
          },
        },
        responses: { 200: { description: 'What became of each id, in the order sent', schema: bulkReport } },
      }),
      validate('json', conversationBulk),
      async (c) => {
        const { action, ids } = c.req.valid('json')
        const { userId } = c.var.identity
        const [result, error] = await changeConversations(c.var.db, userId, { action, ids }, deps.retentionDays)
        if (error) return problem(c, error)
        const { done, queued } = result
        if (queued.length > 0) embedInBackground(c, deps, { messages: queued })
        const data = ids.map((id) => ({ id, status: done.has(id) ? ('done' as const) : ('not_found' as const) }))
        return c.json({ data }, 200)
      },
    )
    .post(
      '/:conversationId/fork',
      operation({
        operationId: 'forkConversation',
        tag,
        summary: 'Fork a conversation off at a message',
        description:
          'A new conversation with copies of the messages from the beginning to that one, in one branch; deleted ones are left out. It takes over system prompt, metadata and tags. The copies have ids of their own and can be found by meaning at once.',
        examples: {
          all: { summary: 'The whole active path', value: {} },
          titled: { summary: 'With a title of its own', value: { title: 'What if we went by train?' } },
        },
        responses: { 201: { description: 'The new conversation', schema: conversationSchema } },
        errors: ['not_found', 'conflict'],
      }),
      validate('param', conversationPath),
      idempotent,
      validate('json', conversationFork),
      async (c) => {
        const { conversationId } = c.req.valid('param')
        const { userId } = c.var.identity
        const [forked, error] = await forkConversation(
          c.var.db,
          userId,
          conversationId,
          c.req.valid('json'),
          c.var.requestKey,
        )
        if (error) return problem(c, error)
        const { conversation, queued } = forked
        if (queued.length > 0) embedInBackground(c, deps, { messages: queued })
        c.header('ETag', etagOf(conversation))
        c.header('Location', `/v1/conversations/${conversation.id}`)
        return c.json(toConversation(conversation), 201)
      },
    )
    .post(
      '/:conversationId/restore',
      operation({
        operationId: 'restoreConversation',
        tag,
        summary: 'Restore a deleted conversation',
        description:
          'With its messages, which are embedded anew. One that is not deleted stays as it is; one whose time is over is not found.',
        responses: { 200: { description: 'The conversation', schema: conversationSchema } },
        errors: ['not_found'],
      }),
      validate('param', conversationPath),
      async (c) => {
        const { conversationId } = c.req.valid('param')
        const [restored, error] = await restoreConversation(c.var.db, c.var.identity.userId, conversationId)
        if (error) return problem(c, error)
        const { conversation, queued } = restored
        if (queued.length > 0) embedInBackground(c, deps, { messages: queued })
        c.header('ETag', etagOf(conversation))
        return c.json(toConversation(conversation), 200)
      },
    )
    .post(
      '/:conversationId/purge',
      operation({
        operationId: 'purgeConversation',
        tag,
        summary: 'Remove a conversation for good',
        description:
          'In two calls. The first one, without a confirmation, changes nothing and answers with one; the second one brings it and removes the conversation with all its messages and vectors, deleted or not. What happens to the conversation in between makes it a 412.',
        examples: { preview: { summary: 'The first call: what would be lost', value: {} } },
        responses: {
          200: { description: 'What a purge would remove, and its confirmation', schema: purgePreview },
          204: { description: 'Purged', schema: null },
        },
        errors: ['not_found', 'precondition_failed'],
      }),
      validate('param', conversationPath),
      validate('json', conversationPurge),
      async (c) => {
        const { conversationId } = c.req.valid('param')
        const { confirmation } = c.req.valid('json')
        const { userId } = c.var.identity
        // Like a cursor it needs no secret: all it proves is that the first call was made.
        const scope = { list: `purge:${conversationId}`, userId }
        if (typeof confirmation !== 'string') {
          const [preview, error] = await previewPurge(c.var.db, userId, conversationId)
          if (error) return problem(c, error)
          const { state, messageCount } = preview
          return c.json(
            { confirmation: await encodeCursor(scope, [state.version, state.createdAt]), messageCount },
            200,
          )
        }
        const [key] = await decodeCursor(scope, confirmation, stateKey)
        const state = key && { version: key[0], createdAt: key[1] }
        const [, error] = await purgeConversation(c.var.db, userId, conversationId, state)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
