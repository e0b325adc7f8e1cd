import * as z from 'zod'
import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { idempotent } from '../../http/idempotency.ts'
import { operation } from '../../http/openapi.ts'
import { cutPage } from '../../http/page.ts'
import { allowedStates, etagOf, isFresh } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { findUnstorable } from '../../http/storable.ts'
import { validate } from '../../http/validate.ts'
import { embedInBackground } from '../embeddings/service.ts'
import { toMessage } from '../messages/wire.ts'
import { conversationActions } from './action-routes.ts'
import { conversationOpen, openedSchema } from './action-schemas.ts'
import { conversationListQuery, type ConversationFilters } from './filters.ts'
import { positionOf } from './sql/list.ts'
import { openConversation } from './sql/create.ts'
import { createConversationRepository } from './repository.ts'
import {
  conversationPage,
  conversationPatch,
  conversationPath,
  type ConversationRow,
  conversationSchema,
} from './schemas.ts'
import { toConversation } from './wire.ts'

const tag = 'Conversations'
/** A list's sort key, the id, and where it matters whether the conversation is pinned. */
const cursorKeyOf = ({ sort, deleted }: ConversationFilters) =>
  z.tuple([
    sort === 'title' && !deleted
      ? z.string().refine((title) => findUnstorable(title) === null)
      : z.iso.datetime({ precision: 3 }),
    z.string(),
    z.literal([0, 1]).default(0),
  ])

export const conversationRoutes = (deps: Deps) =>
  userRoutes(deps)
    .post(
      '/',
      operation({
        operationId: 'createConversation',
        tag,
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
        errors: ['conflict'],
      }),
      idempotent,
      validate('json', conversationOpen),
      async (c) => {
        const { db, identity, requestKey } = c.var
        const [opened, error] = await openConversation(db, identity.userId, c.req.valid('json'), requestKey)
        if (error) return problem(c, error)
        const { conversation, messages } = opened
        c.header('ETag', etagOf(conversation))
        c.header('Location', `/v1/conversations/${conversation.id}`)
        if (!messages) return c.json(toConversation(conversation), 201)
        if (!requestKey?.replayed) embedInBackground(c, deps, { messages })
        return c.json({ ...toConversation(conversation), messages: messages.map(toMessage) }, 201)
      },
    )
    .get(
      '/',
      operation({
        operationId: 'listConversations',
        tag,
        summary: 'List conversations, newest activity first',
        description: 'Filters hold together. A cursor belongs to the filters and the order that it was made with.',
        responses: { 200: { description: 'A page', schema: conversationPage } },
        errors: ['invalid_cursor'],
      }),
      validate('query', conversationListQuery),
      async (c) => {
        const { userId } = c.var.identity
        const { limit, cursor, ...filters } = c.req.valid('query')
        const scope = { list: `conversations ${JSON.stringify(filters)}`, userId }
        const [key, refused] = await decodeCursor(scope, cursor, cursorKeyOf(filters))
        if (refused) return problem(c, refused)

        const after = key && { key: key[0], id: key[1], pinned: key[2] === 1 }
        const conversations = createConversationRepository(c.var.db, userId)
        const [rows, error] = await conversations.list(limit + 1, after, filters)
        if (error) return problem(c, error)
        const { data, last } = cutPage(rows, limit)
        const nextCursor = last && (await encodeCursor(scope, cursorKeyAt(last, filters)))
        return c.json({ data: data.map(toConversation), nextCursor }, 200)
      },
    )
    .get(
      '/:conversationId',
      operation({
        operationId: 'getConversation',
        tag,
        summary: 'Read a conversation',
        responses: { 200: { description: 'The conversation', schema: conversationSchema } },
        errors: ['not_found'],
        preconditions: 'read',
      }),
      validate('param', conversationPath),
      async (c) => {
        const conversations = createConversationRepository(c.var.db, c.var.identity.userId)
        const [conversation, error] = await conversations.get(c.req.valid('param').conversationId)
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
        tag,
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
        const conversations = createConversationRepository(c.var.db, c.var.identity.userId)
        const { conversationId: id } = c.req.valid('param')
        const [conversation, error] = await conversations.patch(id, c.req.valid('json'), allowedStates(c))
        if (error) return problem(c, error)
        c.header('ETag', etagOf(conversation))
        return c.json(toConversation(conversation), 200)
      },
    )
    .delete(
      '/:conversationId',
      operation({
        operationId: 'deleteConversation',
        tag,
        summary: 'Delete a conversation with its messages',
        description: 'It can be restored for 30 days, unless the deployment says otherwise; then it is purged.',
        responses: { 204: { description: 'Deleted', schema: null } },
        errors: ['not_found'],
        preconditions: 'write',
      }),
      validate('param', conversationPath),
      async (c) => {
        const conversations = createConversationRepository(c.var.db, c.var.identity.userId)
        const [, error] = await conversations.remove(
          c.req.valid('param').conversationId,
          allowedStates(c),
          deps.retentionDays,
        )
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
    .route('/', conversationActions(deps))

function cursorKeyAt(row: ConversationRow, filters: ConversationFilters) {
  const { key, id, pinned } = positionOf(row, filters)
  return filters.pinnedFirst ? [key, id, Number(pinned)] : [key, id]
}
