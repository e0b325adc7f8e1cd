import { setTimeout as delay } from 'node:timers/promises'
import { type LocalCognito, signInLocally } from '../cognito.ts'
import { call } from './client.ts'
import { UNEMBEDDABLE } from './provider.ts'

/** A user who has one of each thing. */
export interface Visitor {
  email: string
  token: string
  refreshToken: string
  refreshCookie: string
  /** What stands for the parameters of paths, by name. */
  ids: Record<string, string>
}

interface Named {
  id: string
}

/** Visitors whose data the release has stored. */
export interface Crowd {
  /** Somebody whom no sample has touched. */
  next(): Promise<Visitor>
  /** Everybody so far. */
  everybody(): readonly Visitor[]
}

/** @param size so many are made at once, others when they are needed */
export async function gatherCrowd(url: string, cognito: LocalCognito, size: number): Promise<Crowd> {
  const all: Visitor[] = []
  const arrive = async () => {
    const visitor = await newVisitor(url, cognito)
    all.push(visitor)
    return visitor
  }
  while (all.length < size) await arrive()
  let met = 0
  return { next: async () => all[met++] ?? arrive(), everybody: () => all }
}

/** Signs a new user up and makes, by the API at `url`, one of each thing that paths can name. */
export async function newVisitor(url: string, cognito: LocalCognito): Promise<Visitor> {
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

const PATIENCE_MS = 20_000

/** Waits until the texts of the visitor have been through the queue: the document has its vector, the message was given up. */
async function failedJob(url: string, token: string): Promise<string> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(20)) {
    const { data } = await call<{ data: (Named & { status: string })[] }>(url, token, 'GET', '/v1/embedding-jobs')
    const [job] = data
    if (job && data.length === 1 && job.status === 'failed') return job.id
  }
  throw new Error('The texts of a visitor were not embedded: see the log of the Worker.')
}
