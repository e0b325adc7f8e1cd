import * as z from 'zod'
import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { operation } from '../../http/openapi.ts'
import { cutPage, pageQuery } from '../../http/page.ts'
import { allowedVersions, etagOf, isFresh } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { createConversationRepository } from './repository.ts'
import {
  conversationCreate,
  conversationPage,
  conversationPatch,
  conversationPath,
  type ConversationRow,
  conversationSchema,
} from './schemas.ts'

const tag = 'Conversations'
const cursorKey = z.tuple([z.iso.datetime(), z.guid()])

export const conversationRoutes = (deps: Deps) =>
  userRoutes(deps)
    .post(
      '/',
      operation({
        operationId: 'createConversation',
        tag,
        summary: 'Open a conversation',
        responses: { 201: { description: 'The new conversation', schema: conversationSchema } },
        errors: ['conflict'],
      }),
      validate('json', conversationCreate),
      async (c) => {
        const conversations = createConversationRepository(c.var.db, c.var.identity.userId)
        const [conversation, error] = await conversations.create(c.req.valid('json'))
        if (error) return problem(c, error)
        c.header('ETag', etagOf(conversation))
        c.header('Location', `/v1/conversations/${conversation.id}`)
        return c.json(toConversation(conversation), 201)
      },
    )
    .get(
      '/',
      operation({
        operationId: 'listConversations',
        tag,
        summary: 'List conversations, newest activity first',
        responses: { 200: { description: 'A page', schema: conversationPage } },
        errors: ['invalid_cursor'],
      }),
      validate('query', pageQuery),
      async (c) => {
        const { userId } = c.var.identity
        const { limit, cursor } = c.req.valid('query')
        const scope = { list: 'conversations', userId }
        const [key, refused] = await decodeCursor(scope, cursor, cursorKey)
        if (refused) return problem(c, refused)

        const after = key && { lastActivityAt: key[0], id: key[1] }
        const [rows, error] = await createConversationRepository(c.var.db, userId).list(limit + 1, after)
        if (error) return problem(c, error)
        const { data, last } = cutPage(rows, limit)
        const nextCursor = last && (await encodeCursor(scope, [last.lastActivityAt, last.id]))
        return c.json({ data: data.map(toConversation), nextCursor }, 200)
      },
    )
    .get(
      '/:id',
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
        const [conversation, error] = await conversations.get(c.req.valid('param').id)
        if (error) return problem(c, error)
        const etag = etagOf(conversation)
        c.header('ETag', etag)
        return isFresh(c, etag) ? c.body(null, 304) : c.json(toConversation(conversation), 200)
      },
    )
    .patch(
      '/:id',
      operation({
        operationId: 'updateConversation',
        tag,
        summary: 'Change a conversation',
        description: 'Fields that are absent stay; null clears title and systemPrompt. Changing is no activity.',
        responses: { 200: { description: 'The changed conversation', schema: conversationSchema } },
        errors: ['not_found'],
        preconditions: 'write',
      }),
      validate('param', conversationPath),
      validate('json', conversationPatch),
      async (c) => {
        const conversations = createConversationRepository(c.var.db, c.var.identity.userId)
        const { id } = c.req.valid('param')
        const [conversation, error] = await conversations.patch(id, c.req.valid('json'), allowedVersions(c))
        if (error) return problem(c, error)
        c.header('ETag', etagOf(conversation))
        return c.json(toConversation(conversation), 200)
      },
    )
    .delete(
      '/:id',
      operation({
        operationId: 'deleteConversation',
        tag,
        summary: 'Delete a conversation with its messages',
        responses: { 204: { description: 'Deleted', schema: null } },
        errors: ['not_found'],
        preconditions: 'write',
      }),
      validate('param', conversationPath),
      async (c) => {
        const conversations = createConversationRepository(c.var.db, c.var.identity.userId)
        const [, error] = await conversations.remove(c.req.valid('param').id, allowedVersions(c))
        return error ? problem(c, error) : c.body(null, 204)
      },
    )

function toConversation({ version: _version, ...conversation }: ConversationRow) {
  return conversation
}
