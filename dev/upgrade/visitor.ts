import { setTimeout as delay } from 'node:timers/promises'
import { type LocalCognito, signInLocally } from '../cognito.ts'
import { call } from './client.ts'
import { UNEMBEDDABLE } from './provider.ts'

/** A user with one item of each kind. */
export interface Visitor {
  email: string
  token: string
  refreshToken: string
  refreshCookie: string
  /** Values of path parameters, by name. */
  ids: Record<string, string>
}

interface Named {
  id: string
}

/** Visitors whose data the release has stored. */
export interface VisitorPool {
  /** Returns a visitor that no sample has used. */
  next(): Promise<Visitor>
  /** Returns all visitors so far, used or not. */
  all(): readonly Visitor[]
}

/** @param size how many visitors to create now; more are created when `next` runs out of them */
export async function createVisitorPool(url: string, cognito: LocalCognito, size: number): Promise<VisitorPool> {
  const visitors: Visitor[] = []
  const add = async () => {
    const visitor = await newVisitor(url, cognito)
    visitors.push(visitor)
    return visitor
  }
  while (visitors.length < size) await add()
  let used = 0
  return { next: async () => visitors[used++] ?? add(), all: () => visitors }
}

/** Registers a new user through the API at `url`, and creates one item for each path parameter. */
async function newVisitor(url: string, cognito: LocalCognito): Promise<Visitor> {
  const email = `visitor-${crypto.randomUUID()}@example.com`
  const { accessToken: token, refreshToken } = await signInLocally(cognito, email)
  const other = await signInLocally(cognito, email)
  const post = <T>(path: string, body: object, as = token) => call<T>(url, as, 'POST', path, body)
  await post('/v1/session', {})
  const { session } = await post<{ session: Named }>('/v1/session', {}, other.accessToken)
  const messages = [{ role: 'user', content: `Where can I stay near the river? (${UNEMBEDDABLE})` }]
  const conversation = await post<Named & { messages: Named[] }>('/v1/conversations', { title: 'Lisbon', messages })
  const document = await post<Named>('/v1/documents', { title: 'Lisbon', content: 'Trams are slow.' })
  return {
    email,
    token,
    refreshToken,
    refreshCookie: `${cognito.clientId}.${refreshToken}`,
    ids: {
      sessionId: session.id,
      conversationId: conversation.id,
      messageId: conversation.messages[0]?.id ?? '',
      documentId: document.id,
      jobId: await failedJob(url, token),
    },
  }
}

const TIMEOUT_MS = 20_000

/** Waits until the queue has embedded the document and given up on the message. Returns the id of the message's job. */
async function failedJob(url: string, token: string): Promise<string> {
  for (const deadline = Date.now() + TIMEOUT_MS; Date.now() < deadline; await delay(20)) {
    const { data } = await call<{ data: (Named & { status: string })[] }>(url, token, 'GET', '/v1/embedding-jobs')
    const [job] = data
    if (job && data.length === 1 && job.status === 'failed') return job.id
  }
  throw new Error('The Worker did not embed the texts of a new user in time.')
}
