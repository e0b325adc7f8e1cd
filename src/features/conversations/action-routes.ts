import { Hono } from 'hono'
import type { UserEnv } from '../../auth/user-env.ts'
import { idempotent } from '../../http/idempotency.ts'
import { operation } from '../../http/openapi.ts'
import { etagOf } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { conversationTag } from './schemas.ts'
import { validate } from '../../http/validate.ts'
import { bulkReport, conversationBulk, conversationFork, conversationPurge, purgePreview } from './action-schemas.ts'
import { conversationPath, conversationSchema, toConversation } from './schemas.ts'
import type { ConversationService } from './service.ts'

/** What one does with whole conversations; part of `conversationRoutes`, behind its authentication. */
export const conversationActions = (conversations: ConversationService) =>
  new Hono<UserEnv>()
    .post(
      '/bulk',
      operation({
        operationId: 'changeConversations',
        tag: conversationTag,
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
        const bulk = c.req.valid('json')
        const [done, error] = await conversations.change(c.var.caller, bulk)
        if (error) return problem(c, error)
        const data = bulk.ids.map((id) => ({ id, status: done.has(id) ? ('done' as const) : ('not_found' as const) }))
        return c.json({ data }, 200)
      },
    )
    .post(
      '/:conversationId/fork',
      operation({
        operationId: 'forkConversation',
        heavy: true,
        tag: conversationTag,
        summary: 'Fork a conversation off at a message',
        description:
          'A new conversation with copies of the messages from the beginning to that one, in one branch; deleted ones are left out. It takes over system prompt, metadata and tags. The copies have ids of their own and can be found by meaning at once. At most 10,000 messages with 16 MiB of text are copied.',
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
        const { caller, requestKey } = c.var
        const [conversation, error] = await conversations.fork(caller, conversationId, c.req.valid('json'), requestKey)
        if (error) return problem(c, error)
        c.header('ETag', etagOf(conversation))
        c.header('Location', `/v1/conversations/${conversation.id}`)
        return c.json(toConversation(conversation), 201)
      },
    )
    .post(
      '/:conversationId/restore',
      operation({
        operationId: 'restoreConversation',
        tag: conversationTag,
        summary: 'Restore a deleted conversation',
        description:
          'With its messages, which are embedded anew. One that is not deleted stays as it is; one whose time is over is not found.',
        responses: { 200: { description: 'The conversation', schema: conversationSchema } },
        errors: ['not_found'],
      }),
      validate('param', conversationPath),
      async (c) => {
        const [conversation, error] = await conversations.restore(c.var.caller, c.req.valid('param').conversationId)
        if (error) return problem(c, error)
        c.header('ETag', etagOf(conversation))
        return c.json(toConversation(conversation), 200)
      },
    )
    .post(
      '/:conversationId/purge',
      operation({
        operationId: 'purgeConversation',
        tag: conversationTag,
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
        if (typeof confirmation !== 'string') {
          const [preview, error] = await conversations.previewPurge(c.var.caller, conversationId)
          return error ? problem(c, error) : c.json(preview, 200)
        }
        const [, error] = await conversations.purge(c.var.caller, conversationId, confirmation)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
