import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { bundleParley } from '../../../bench/bundle.ts'
import { startWorker } from '../../../bench/workerd.ts'
import { type LocalCognito, type LocalSignIn, signInLocally } from '../../../dev/cognito.ts'
import { openScratch } from '../../../dev/database.ts'
import { startStack } from '../../../dev/stack.ts'
import type { UIMessage } from '../../clients/ai.ts'
import type {} from '../../provided.ts'
import { openMigrated } from '../../setup/copies.ts'

/** A message as Parley sends it, as far as these tests look at it. */
export interface WireMessage extends UIMessage {
  sentId?: string
  parentId: string | null
  status: string
  content: string
}

export interface Parley {
  url: string
  cognito: LocalCognito
  /** The tokens of a new user, who is not registered yet. */
  newSignIn(): Promise<LocalSignIn>
  /** Registers a new user. */
  newClient(): Promise<Client>
  close(): Promise<void>
}

/** What an app needs to call Parley as one user. */
export type Client = ReturnType<typeof createClient>

/** The Worker on workerd, on a database of its own: the server at `DATABASE_URL`, or PGlite. */
export async function startParley(): Promise<Parley> {
  const { DATABASE_URL } = process.env
  const directory = await mkdtemp(join(tmpdir(), 'parley-sdk-'))
  const database = await (DATABASE_URL ? openScratch(DATABASE_URL) : openMigrated(inject('templates')))
  const stack = await startStack({ database, dataDir: directory })
  const bindings = { ...stack.bindings, RATE_LIMIT: 'off', QUOTAS: 'off' }
  const worker = await startWorker((await bundleParley()).script, bindings)
  const newSignIn = () => signInLocally(stack.cognito, `sdk-${crypto.randomUUID()}@example.com`)
  return {
    url: worker.url,
    cognito: stack.cognito,
    newSignIn,
    async newClient() {
      const { accessToken } = await newSignIn()
      const client = createClient(worker.url, accessToken)
      await client.call('POST', '/v1/session', {})
      return client
    },
    async close() {
      await worker.stop()
      await stack.close()
      await database.close()
      await rm(directory, { recursive: true })
    },
  }
}

interface Saved {
  sentId: string
  id: string
  result: 'unchanged' | 'created' | 'updated'
}

const messagesOf = (chat: string) => `/v1/conversations/${encodeURIComponent(chat)}/messages`

function createClient(url: string, token: string) {
  /** @returns the answer's body; rejects with it when the status is no success */
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 1000)}`)
    return JSON.parse(text || 'null') as T
  }
  return {
    url,
    token,
    call,
    /** Saves the whole chat. */
    put: async (chat: string, messages: readonly object[]) =>
      (await call<{ data: Saved[] }>('PUT', messagesOf(chat), { messages })).data,
    append: async (chat: string, message: object) =>
      (await call<{ data: WireMessage[] }>('POST', messagesOf(chat), message)).data,
    patch: (chat: string, id: string, change: object) =>
      call<WireMessage>('PATCH', `${messagesOf(chat)}/${encodeURIComponent(id)}`, change),
    get: (chat: string, id: string) => call<WireMessage>('GET', `${messagesOf(chat)}/${encodeURIComponent(id)}`),
    /** All pages of the list. */
    async list(chat: string, query: Record<string, string> = {}): Promise<WireMessage[]> {
      const found: WireMessage[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const search = new URLSearchParams({ ...query, limit: '100', ...(cursor && { cursor }) })
        const page: { data: WireMessage[]; nextCursor: string | null } = await call(
          'GET',
          `${messagesOf(chat)}?${search.toString()}`,
        )
        found.push(...page.data)
        cursor = page.nextCursor
      }
      return found
    },
  }
}

/** What of a message is the SDK's. */
export const toUIMessage = ({ id, role, parts, metadata }: UIMessage): UIMessage => ({
  id,
  role,
  ...(metadata === undefined ? {} : { metadata }),
  parts,
})

/** As it travels: without members that are undefined, dates as text. */
export const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
