import { decodeJwt } from 'jose'
import { signInLocally } from '../../../dev/cognito.ts'
import type { LocalParley } from '../../../dev/local.ts'
import { asUser } from '../../../src/db/database.ts'
import { embeddingJobs } from '../../../src/features/embeddings/table.ts'
import { createTrace } from '../../../src/trace.ts'

/** A new user who has one of each thing, as the variables of the reference's samples. */
export async function newVisitor({ worker, stack }: LocalParley): Promise<Record<string, string>> {
  const email = `visitor-${crypto.randomUUID()}@example.com`
  const { accessToken, refreshToken } = await signInLocally(stack.cognito, email)
  const other = await signInLocally(stack.cognito, email)
  const post = async (path: string, body: object, token = accessToken) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const response = await fetch(worker.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as { id: string; session: { id: string }; messages: { id: string }[] }
  }
  await post('/v1/session', {})
  const { session } = await post('/v1/session', {}, other.accessToken)
  const messages = [{ role: 'user', content: 'Where can I stay near the river?' }]
  const conversation = await post('/v1/conversations', { messages })
  const messageId = conversation.messages[0]?.id ?? ''
  const document = await post('/v1/documents', { title: 'Lisbon', content: 'Trams are slow.' })
  return {
    TOKEN: accessToken,
    REFRESH_TOKEN: refreshToken,
    REFRESH_COOKIE: `${stack.cognito.clientId}.${refreshToken}`,
    SESSION_ID: session.id,
    CONVERSATION_ID: conversation.id,
    MESSAGE_ID: messageId,
    DOCUMENT_ID: document.id,
    JOB_ID: await newJob(stack.bindings.DATABASE_URL, accessToken, conversation.id, messageId),
  }
}

/** The queue empties right after the answers: this job is put there by hand. */
async function newJob(
  connectionString: string,
  accessToken: string,
  conversationId: string,
  messageId: string,
): Promise<string> {
  const { sub: userId = '', origin_jti: signInId } = decodeJwt(accessToken)
  const options = { connectionString, timeoutMs: 10_000 }
  const database = asUser(options, createTrace('visitor'), { userId, signInId: String(signInId) })
  const id = crypto.randomUUID()
  // Later, or the run after an answer may take it first.
  const runAt = new Date(Date.now() + 3_600_000).toISOString()
  const [, error] = await database.write('visitor', (q) => [
    q.insert(embeddingJobs).values({ userId, id, conversationId, messageId, runAt }),
  ])
  if (error) throw new Error(error.code)
  return id
}
