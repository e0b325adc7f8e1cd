import type { Context } from 'hono'
import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import type { UserEnv } from '../../auth/user-env.ts'
import { describeInput, operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { profileTag } from '../users/schemas.ts'
import { validate } from '../../http/validate.ts'
import type { AppError } from '../../result.ts'
import { NDJSON } from '../export/routes.ts'
import { MAX_TOTAL } from './body.ts'
import { importInput, importQuery, importReport } from './schemas.ts'
import { createImportService } from './service.ts'

const JSON_TYPE = /^application\/([\w.-]+\+)?json$/i
const NDJSON_TYPE = /^application\/(x-)?(ndjson|jsonl)$/i

const UNKNOWN_TYPE: AppError = {
  code: 'unsupported_media_type',
  detail: 'Send an export as application/x-ndjson, a list as application/json.',
}
const PACKED: AppError = {
  code: 'unsupported_media_type',
  detail: 'Send the body as it is, without Content-Encoding.',
}

/** `/v1/import` */
export const importRoutes = (deps: Deps) => {
  const imports = createImportService(deps)
  return userRoutes(deps).post(
    '/',
    operation({
      operationId: 'importConversations',
      maxBody: null,
      rateLimit: 'session',
      tag: profileTag,
      summary: 'Take over conversations',
      description:
        'As `application/x-ndjson` the download of `GET /v1/me/export`, up to 64 MiB; as `application/json`, up to 5 MiB, ChatGPT’s `conversations.json` or a list of the AI SDK’s UIMessages, which becomes one conversation. What is here already stays as it is, so that the same file can be sent again, and a file in parts. What cannot be taken is told by line and does not stop the rest. Texts become searchable by meaning in the minutes after.',
      examples: {
        uiMessages: {
          summary: 'A list of UIMessages',
          value: [
            { id: 'msg-1', role: 'user', parts: [{ type: 'text', text: 'Where can I stay near the river?' }] },
            { id: 'msg-2', role: 'assistant', parts: [{ type: 'text', text: 'In the old town.' }] },
          ],
        },
        chatGpt: {
          summary: 'ChatGPT’s conversations.json',
          value: [
            {
              id: '6710f0c2-5d1c-8002-9d0c-3f1f1f5e8a11',
              title: 'Lisbon',
              create_time: 1729163458.1,
              current_node: 'b',
              mapping: {
                a: { id: 'a', parent: null, children: ['b'], message: null },
                b: {
                  id: 'b',
                  parent: 'a',
                  children: [],
                  message: {
                    id: 'b',
                    author: { role: 'user' },
                    create_time: 1729163458.2,
                    content: { content_type: 'text', parts: ['Where can I stay near the river?'] },
                  },
                },
              },
            },
          ],
        },
        export: {
          summary: 'The download of GET /v1/me/export',
          contentType: NDJSON,
          value:
            '{"type":"conversation","id":"0199c3a0-7c1e-7d34-9b52-4f0a6d8e21c9","title":"Lisbon"}\n{"type":"message","id":"0199c3a0-7c1e-7d34-9b52-4f0a6d8e21ca","conversationId":"0199c3a0-7c1e-7d34-9b52-4f0a6d8e21c9","parentId":null,"role":"user","content":"Where can I stay near the river?"}\n',
        },
      },
      responses: { 200: { description: 'What became of it', schema: importReport } },
      errors: ['conflict', 'import_interrupted'],
    }),
    validate('query', importQuery),
    describeInput(
      'json',
      importInput,
      async (c: Context<UserEnv>, next: () => Promise<void>) => {
        const refused = refusalOf(c.req.raw.headers)
        return refused ? problem(c, refused) : next()
      },
      { orAs: NDJSON },
    ),
    async (c) => {
      const [report, error] = await imports.run(c.var.caller, {
        body: c.req.raw.body ?? new Blob([]).stream(),
        isNdjson: NDJSON_TYPE.test(mediaTypeOf(c.req.raw.headers)),
        conversationId: c.req.valid('query').conversationId,
      })
      return error ? problem(c, error) : c.json(report, 200)
    },
  )
}

const mediaTypeOf = (headers: Headers) => headers.get('Content-Type')?.split(';')[0]?.trim() ?? ''

function refusalOf(headers: Headers): AppError | null {
  const mediaType = mediaTypeOf(headers)
  if (!JSON_TYPE.test(mediaType) && !NDJSON_TYPE.test(mediaType)) return UNKNOWN_TYPE
  if ((headers.get('Content-Encoding') ?? 'identity').toLowerCase() !== 'identity') return PACKED
  return Number(headers.get('Content-Length') ?? 0) > MAX_TOTAL ? { code: 'payload_too_large' } : null
}
