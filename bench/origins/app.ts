import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import * as z from 'zod'
import { type Express, express, type Response } from '../../test/clients/express.ts'
import { authenticate } from './auth.ts'
import { appendMessage, prepareQueries } from './queries.ts'

const conversationPath = z.object({ id: z.guid() })
const page = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) })
const newMessage = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string().max(200_000),
})
const vectorSearch = z.strictObject({
  embedding: z.array(z.number()).length(1536),
  limit: z.int().min(1).max(50).default(10),
})

/** The five operations as the origins would serve them: Express 5, Drizzle over a node-postgres pool, no RLS. */
export function createOriginsApp(
  db: NodePgDatabase,
  options: { issuer: string; clientIds: readonly string[] },
): Express {
  const queries = prepareQueries(db)
  const app = express().disable('x-powered-by').use(authenticate(options.issuer, options.clientIds), express.json())

  app.get('/v1/conversations', async (req, res) => {
    const { limit } = page.parse(req.query)
    const rows = await queries.listConversations.execute({ userId: userOf(res), limit: limit + 1 })
    const data = rows.slice(0, limit)
    res.json({ data, nextCursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null })
  })

  app.get('/v1/conversations/:id', async (req, res) => {
    const { id } = conversationPath.parse(req.params)
    const [conversation] = await queries.getConversation.execute({ userId: userOf(res), id })
    if (conversation) res.json(conversation)
    else notFound(res)
  })

  app.get('/v1/conversations/:id/messages', async (req, res) => {
    const { id } = conversationPath.parse(req.params)
    const { limit } = page.parse(req.query)
    const rows = await queries.listMessages.execute({ userId: userOf(res), id, limit: limit + 1 })
    // Only where there is nothing does it take a second look to tell an empty conversation from a missing one.
    if (rows.length === 0 && (await queries.ownsConversation.execute({ userId: userOf(res), id })).length === 0) {
      notFound(res)
      return
    }
    const data = rows.slice(0, limit).map(toMessage)
    res.json({ data, nextCursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null })
  })

  app.post('/v1/conversations/:id/messages', async (req, res) => {
    const { id } = conversationPath.parse(req.params)
    const message = await appendMessage(db, { userId: userOf(res), conversationId: id }, newMessage.parse(req.body))
    if (message) res.status(201).json({ data: [toMessage(message)] })
    else notFound(res)
  })

  app.post('/v1/vectors/search', async (req, res) => {
    const { embedding, limit } = vectorSearch.parse(req.body)
    const nearest = { userId: userOf(res), embedding: JSON.stringify(embedding), limit }
    const rows = await queries.searchVectors.execute(nearest)
    res.json({ data: rows.map(({ distance, ...row }) => ({ ...row, score: 1 - distance })) })
  })
  return app
}

/** A message as the AI SDK reads it: plain text is stored without parts. */
const toMessage = <T extends { content: string; parts: unknown; attachments: unknown }>(row: T) => ({
  ...row,
  parts: row.parts ?? [{ type: 'text', text: row.content }],
  attachments: row.attachments ?? [],
})

const userOf = (res: Response) => String(res.locals['userId'])

const notFound = (res: Response) => res.status(404).json({ title: 'Not found' })
