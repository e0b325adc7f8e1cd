import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { idempotent } from '../../http/idempotency.ts'
import { operation } from '../../http/openapi.ts'
import { allowedStates, etagOf, isFresh } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { conversationTag } from './schemas.ts'
import { validate } from '../../http/validate.ts'
import { toMessage } from '../messages/wire.ts'
import { conversationActions } from './action-routes.ts'
import { conversationOpen, openedSchema } from './action-schemas.ts'
import { conversationListQuery } from './filters.ts'
import { conversationPage, conversationPatch, conversationPath, conversationSchema, toConversation } from './schemas.ts'
import { createConversationService } from './service.ts'

/** `/v1/conversations` */
export const conversationRoutes = (deps: Deps) => {
  const conversations = createConversationService(deps)
  return userRoutes(deps)
    .post(
      '/',
      operation({
        operationId: 'createConversation',
        tag: conversationTag,
        summary: 'Open a conversation',
        description:
          'On request with its first messages: all or none of it. They become searchable by meaning shortly after.',
        examples: {
          titled: { summary: 'With a title', value: { title: 'A weekend in Lisbon', tags: ['travel'] } },
          empty: { summary: 'Nothing is needed', value: {} },
          opened: {
            summary: 'With its first messages, and an id of the client',
            value: {
              id: '0199c3a0-7c1e-7d34-9b52-4f0a6d8e21c7',
              systemPrompt: 'You plan trips.',
              metadata: { model: 'example-1' },
              messages: [{ role: 'user', content: 'Where can I stay near the river?' }],
            },
          },
        },
        responses: { 201: { description: 'The new conversation', schema: openedSchema } },
        errors: ['not_found', 'conflict'],
      }),
      idempotent,
      validate('json', conversationOpen),
      async (c) => {
        const [opened, error] = await conversations.open(c.var.caller, c.req.valid('json'), c.var.requestKey)
        if (error) return problem(c, error)
        const { conversation, messages } = opened
        c.header('ETag', etagOf(conversation))
        c.header('Location', `/v1/conversations/${conversation.id}`)
        const body = toConversation(conversation)
        return messages ? c.json({ ...body, messages: messages.map(toMessage) }, 201) : c.json(body, 201)
      },
    )
    .get(
      '/',
      operation({
        operationId: 'listConversations',
        heavyWith: ['metadata', 'title'],
        tag: conversationTag,
        summary: 'List conversations, newest activity first',
        description: 'Filters hold together. A cursor belongs to the filters and the order that it was made with.',
        responses: { 200: { description: 'A page', schema: conversationPage } },
        errors: ['invalid_cursor'],
      }),
      validate('query', conversationListQuery),
      async (c) => {
        const [page, error] = await conversations.list(c.var.caller, c.req.valid('query'))
        return error ? problem(c, error) : c.json({ ...page, data: page.data.map(toConversation) }, 200)
      },
    )
    .get(
      '/:conversationId',
      operation({
        operationId: 'getConversation',
        tag: conversationTag,
        summary: 'Read a conversation',
        responses: { 200: { description: 'The conversation', schema: conversationSchema } },
        errors: ['not_found'],
        preconditions: 'read',
      }),
      validate('param', conversationPath),
      async (c) => {
        const [conversation, error] = await conversations.get(c.var.caller, c.req.valid('param').conversationId)
        if (error) return problem(c, error)
        const etag = etagOf(conversation)
        c.header('ETag', etag)
        return isFresh(c, etag) ? c.body(null, 304) : c.json(toConversation(conversation), 200)
      },
    )
    .patch(
      '/:conversationId',
      operation({
        operationId: 'updateConversation',
        tag: conversationTag,
        summary: 'Change a conversation',
        description:
          'Fields that are absent stay; null clears title, systemPrompt and metadata; without a title of its own a conversation shows how its first message begins. Metadata is a merge patch (RFC 7396). Changing is no activity.',
        examples: {
          title: { summary: 'Another title', value: { title: 'A week in Lisbon' } },
          archived: { summary: 'Archived and no longer pinned', value: { archived: true, pinned: false } },
        },
        responses: { 200: { description: 'The changed conversation', schema: conversationSchema } },
        errors: ['not_found'],
        preconditions: 'write',
      }),
      validate('param', conversationPath),
      validate('json', conversationPatch),
      async (c) => {
        const { conversationId: id } = c.req.valid('param')
        const patch = c.req.valid('json')
        const [conversation, error] = await conversations.patch(c.var.caller, id, patch, allowedStates(c))
        if (error) return problem(c, error)
        c.header('ETag', etagOf(conversation))
        return c.json(toConversation(conversation), 200)
      },
    )
    .delete(
      '/:conversationId',
      operation({
        operationId: 'deleteConversation',
        tag: conversationTag,
        summary: 'Delete a conversation with its messages',
        description: 'It can be restored for 30 days, unless the deployment says otherwise; then it is purged.',
        responses: { 204: { description: 'Deleted', schema: null } },
        errors: ['not_found'],
        preconditions: 'write',
      }),
      validate('param', conversationPath),
      async (c) => {
        const { conversationId: id } = c.req.valid('param')
        const [, error] = await conversations.remove(c.var.caller, id, allowedStates(c))
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
    .route('/', conversationActions(conversations))
}
