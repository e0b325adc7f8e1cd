import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { idempotent } from '../../http/idempotency.ts'
import { describeInput, operation } from '../../http/openapi.ts'
import { allowedStates, etagOf, isFresh } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import type { AppError } from '../../result.ts'
import { conversationPath } from '../conversations/schemas.ts'
import { MAX_MESSAGE_BODY } from './part-bounds.ts'
import { chatSave, savedChat } from './save-schemas.ts'
import {
  messageAppend,
  messageAppendInput,
  messageList,
  messagePage,
  messagePatch,
  messagePath,
  messageSchema,
  messagesQuery,
} from './schemas.ts'
import type { MessageRow } from './schemas.ts'
import { createMessageService } from './service.ts'
import { toMessage, toPathMessage, toTreeMessage } from './wire.ts'

const tag = { name: 'Messages', description: 'What is said in a conversation, in order.' }

/** Below `/v1/conversations/:conversationId/messages`. */
export const messageRoutes = (deps: Deps) => {
  const messages = createMessageService(deps)
  return userRoutes(deps)
    .post(
      '/',
      operation({
        operationId: 'appendMessages',
        maxBody: MAX_MESSAGE_BODY,
        tag,
        summary: 'Append one message or several',
        description:
          'All or none, in the order given. The answer is a list, also of one message. The texts become searchable by meaning shortly after.',
        examples: {
          text: { summary: 'A text', value: { role: 'user', content: 'Where can I stay near the river?' } },
          parts: {
            summary: 'A UIMessage of the AI SDK',
            value: {
              role: 'assistant',
              parts: [
                { type: 'step-start' },
                { type: 'text', text: 'In the old town, close to the bridge.', state: 'done' },
                { type: 'source-url', sourceId: 's1', url: 'https://example.com/hotels', title: 'Hotels' },
              ],
              model: 'example-1',
              usage: { inputTokens: 12, outputTokens: 9 },
            },
          },
          several: {
            summary: 'A question and its answer',
            value: {
              messages: [
                { role: 'user', content: 'And by train?' },
                { role: 'assistant', content: 'It takes three hours.' },
              ],
            },
          },
        },
        responses: {
          201: { description: 'The messages, also where it is one', schema: messageList },
        },
        errors: ['not_found', 'conflict'],
      }),
      validate('param', conversationPath),
      idempotent,
      describeInput('json', messageAppendInput, validate('json', messageAppend)),
      async (c) => {
        const { messages: news, single } = c.req.valid('json')
        const { conversationId } = c.req.valid('param')
        const [rows, error] = await messages.append(c.var.caller, conversationId, news, c.var.requestKey)
        if (error) return problem(c, single ? inSingle(error) : error)
        return c.json({ data: rows.map(toMessage) }, 201)
      },
    )
    .put(
      '/',
      operation({
        operationId: 'saveChat',
        tag,
        summary: 'Save a whole chat',
        description:
          'Takes the list that `useChat` holds, each message after the one before it, and writes only what differs: new messages are added, and one that is `in_progress` or awaits a tool or an approval is extended. A finished one is never overwritten: where it differs, it and all that follows become a branch beside it. Where its id is taken, a new message gets another `id` and keeps its own as `sentId`, by which later calls find it. The same list twice writes nothing, and what the list leaves out stays. A list may begin in the middle of what is stored.',
        examples: {
          chat: {
            summary: 'A question and its answer',
            value: {
              messages: [
                { id: 'msg-1', role: 'user', parts: [{ type: 'text', text: 'Where can I stay near the river?' }] },
                {
                  id: 'msg-2',
                  role: 'assistant',
                  parts: [{ type: 'step-start' }, { type: 'text', text: 'In the old town.', state: 'done' }],
                  metadata: { model: 'example-1' },
                },
              ],
            },
          },
        },
        maxBody: MAX_MESSAGE_BODY,
        responses: {
          200: { description: 'What became of each message, in the order of the list', schema: savedChat },
          201: { description: 'The same, in a new conversation', schema: savedChat },
        },
        errors: ['not_found'],
        preconditions: 'write',
      }),
      validate('param', conversationPath),
      validate('json', chatSave),
      async (c) => {
        const { conversationId } = c.req.valid('param')
        const [saved, error] = await messages.save(c.var.caller, conversationId, c.req.valid('json').messages, {
          states: allowedStates(c),
          mustExist: c.req.header('If-Match') !== undefined,
        })
        if (error) return problem(c, error)
        c.header('ETag', etagOf(saved.conversation))
        if (saved.isNew) c.header('Location', `/v1/conversations/${conversationId}`)
        return c.json({ data: saved.rows }, saved.isNew ? 201 : 200)
      },
    )
    .get(
      '/',
      operation({
        operationId: 'listMessages',
        tag,
        summary: 'List messages in order',
        description:
          'By default the way from the beginning to the active leaf: a conversation without branches as it was said. A page of large messages ends early, or shows some without their large parts (`partsOmitted`).',
        responses: { 200: { description: 'A page', schema: messagePage } },
        errors: ['not_found', 'invalid_cursor'],
      }),
      validate('param', conversationPath),
      validate('query', messagesQuery),
      async (c) => {
        const { conversationId } = c.req.valid('param')
        const query = c.req.valid('query')
        if (query.view === 'tree') {
          const [page, error] = await messages.tree(c.var.caller, conversationId, query)
          if (error) return problem(c, error)
          return c.json({ ...page, data: page.data.map(toTreeMessage) }, 200)
        }
        const [page, error] = await messages.path(c.var.caller, conversationId, query)
        return error ? problem(c, error) : c.json({ ...page, data: page.data.map(toPathMessage) }, 200)
      },
    )
    .get(
      '/:messageId',
      operation({
        operationId: 'getMessage',
        tag,
        summary: 'Read a message',
        responses: { 200: { description: 'The message', schema: messageSchema } },
        errors: ['not_found'],
        preconditions: 'read',
      }),
      validate('param', messagePath),
      async (c) => {
        const [message, error] = await messages.get(c.var.caller, c.req.valid('param'))
        if (error) return problem(c, error)
        const etag = tagOf(message)
        c.header('ETag', etag)
        return isFresh(c, etag) ? c.body(null, 304) : c.json(toMessage(message), 200)
      },
    )
    .patch(
      '/:messageId',
      operation({
        operationId: 'updateMessage',
        maxBody: MAX_MESSAGE_BODY,
        tag,
        summary: 'Change a message',
        description: 'A changed text is embedded anew; until then a search by meaning does not find it.',
        examples: {
          content: { summary: 'Another text', value: { content: 'Where can I stay near the sea?' } },
          metadata: { summary: 'A merge patch of the metadata', value: { metadata: { rating: 'good' } } },
        },
        responses: { 200: { description: 'The changed message', schema: messageSchema } },
        errors: ['not_found'],
        preconditions: 'write',
      }),
      validate('param', messagePath),
      validate('json', messagePatch),
      async (c) => {
        const patch = c.req.valid('json')
        const [message, error] = await messages.patch(c.var.caller, c.req.valid('param'), patch, allowedStates(c))
        if (error) return problem(c, error)
        c.header('ETag', tagOf(message))
        return c.json(toMessage(message), 200)
      },
    )
    .post(
      '/:messageId/restore',
      operation({
        operationId: 'restoreMessage',
        tag,
        summary: 'Restore a deleted message',
        description: 'It is embedded anew. One that is not deleted stays as it is.',
        responses: { 200: { description: 'The message', schema: messageSchema } },
        errors: ['not_found'],
      }),
      validate('param', messagePath),
      async (c) => {
        const [message, error] = await messages.restore(c.var.caller, c.req.valid('param'))
        if (error) return problem(c, error)
        c.header('ETag', tagOf(message))
        return c.json(toMessage(message), 200)
      },
    )
    .delete(
      '/:messageId',
      operation({
        operationId: 'deleteMessage',
        tag,
        summary: 'Delete a message',
        description: 'Its vector is removed at once: no search finds it again.',
        responses: { 204: { description: 'Deleted', schema: null } },
        errors: ['not_found'],
        preconditions: 'write',
      }),
      validate('param', messagePath),
      async (c) => {
        const [, error] = await messages.remove(c.var.caller, c.req.valid('param'), allowedStates(c))
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
}

/** A message fails by itself, too, after a time. */
const tagOf = (message: MessageRow) => etagOf(message, message.status === 'failed' ? message.status : null)

/** One message stands for itself: its fields have no `messages.0.` before them. */
const inSingle = (error: AppError): AppError => ({
  ...error,
  ...(error.errors && {
    errors: error.errors.map(({ path, message }) => ({ path: path.replace(/^messages\.0\./, ''), message })),
  }),
})
