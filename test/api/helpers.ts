import { neon } from '@neondatabase/serverless'
import { expect, inject } from 'vitest'
import type * as z from 'zod'
import type { conversationSchema } from '../../src/features/conversations/schemas.ts'
import type { signInSchema } from '../../src/features/sessions/schemas.ts'
import type { documentHit, messageHit, searchResults } from '../../src/features/search/schemas.ts'
import type { messageSchema } from '../../src/features/messages/schemas.ts'
import { type Problem, problemSchema } from '../../src/http/problem.ts'
import type { ErrorCode } from '../../src/result.ts'
import type { Overrides, TestUser } from './harness.ts'

export type Conversation = z.output<typeof conversationSchema>
export type Message = z.output<typeof messageSchema>
export type SignIn = z.output<typeof signInSchema>
export interface Page<T> {
  data: T[]
  nextCursor: string | null
}

/** Asserts a problem of this status and code, whole and in its media type. */
export async function expectProblem(response: Response, status: number, code: ErrorCode): Promise<Problem> {
  const text = await response.text()
  expect({ status: response.status, text }).toEqual({ status, text: expect.stringContaining(`"code":"${code}"`) })
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  const problem = problemSchema.strict().parse(JSON.parse(text))
  expect(problem).toMatchObject({ type: `urn:parley:problem:${code}`, status })
  expect(problem.title).not.toBe('')
  expect(problem.detail).not.toBe('')
  expect(problem.requestId).toBe(response.headers.get('X-Request-Id'))
  return problem
}

/** Asserts a 400 that names exactly these paths. */
export async function expectRefused(response: Response, ...paths: string[]): Promise<void> {
  const { errors } = await expectProblem(response, 400, 'invalid_request')
  expect(errors?.map(({ path }) => path)).toEqual(paths)
}

/** Asserts the status and reads the body. */
export async function read<T>(response: Response | Promise<Response>, status = 200): Promise<T> {
  const answered = await response
  const text = await answered.text()
  expect({ status: answered.status, text }).toEqual({ status, text: expect.anything() })
  return JSON.parse(text) as T
}

export const openConversation = (user: TestUser, fields: object = {}) =>
  read<Conversation>(user.post('/v1/conversations', fields), 201)

/** The statuses of answers to requests that raced, in the order of numbers. */
export const statusesOf = (answers: readonly Response[]): number[] =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b)

/** Appends texts of the user. */
export async function say(user: TestUser, conversationId: string, ...contents: string[]): Promise<Message[]> {
  const messages = contents.map((content) => ({ role: 'user', content }))
  const { data } = await read<Page<Message>>(
    user.post(`/v1/conversations/${conversationId}/messages`, { messages }),
    201,
  )
  return data
}

/** Appends one message. */
export async function append(user: TestUser, path: string, message: object): Promise<Message> {
  const { data } = await read<{ data: [Message] }>(user.post(path, message), 201)
  expect(data).toHaveLength(1)
  return data[0]
}

/** What a search may find, of both sources in one type: a test says which it looks at. */
export type Hit = Omit<z.output<typeof messageHit> & Omit<z.output<typeof documentHit>, 'source'>, 'source'> & {
  source: 'message' | 'document'
}
export type Found = Omit<z.output<typeof searchResults>, 'data'> & { data: Hit[] }

export const search = (user: TestUser, body: object) => read<Found>(user.post('/v1/search', body))

export const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id)

/** For a Worker whose provider of embeddings refuses every text. */
export const providerDown = (): Overrides => ({
  EMBEDDING_PROVIDER: 'openai',
  EMBEDDING_API_KEY: 'sk-do-not-leak',
  EMBEDDING_BASE_URL: `${inject('faults')}/embedder/401`,
})

/** Reads a list to its end, page by page; `limit` is what each page but the last must hold. */
export async function walk<T>(user: TestUser, path: string, limit: number): Promise<T[]> {
  const rows: T[] = []
  let cursor: string | null = null
  do {
    const url = new URL(path, 'https://parley.test')
    url.searchParams.set('limit', String(limit))
    if (cursor) url.searchParams.set('cursor', cursor)
    const page: Page<T> = await read(user.get(url.pathname + url.search))
    if (page.nextCursor) expect(page.data).toHaveLength(limit)
    expect(page.nextCursor).not.toBe(cursor ?? '')
    rows.push(...page.data)
    cursor = page.nextCursor
  } while (cursor)
  return rows
}

/** Runs SQL as the Worker's role on behalf of a user: what no route does, such as making rows tie. */
export async function queryAs(
  userId: string,
  statement: string,
  params: unknown[] = [],
  where: 'bindings' | 'apart' | 'queue' = 'bindings',
): Promise<void> {
  const sql = neon(inject(where).DATABASE_URL)
  await sql.transaction([sql`select set_config('app.user_id', ${userId}, true)`, sql.query(statement, params)])
}

/** Runs SQL that no role of the Worker may run: to make rows look older than they are. */
export const queryAsSuperuser = (statement: string, params: unknown[]): Promise<Record<string, unknown>[]> =>
  neon(inject('superuser')).query(statement, params)

/** Runs SQL as scheduled work does, in a database that is apart: to look at jobs, and to make them due. */
export function querySystem(
  statement: string,
  params: unknown[],
  where: 'apart' | 'queue' = 'apart',
): Promise<Record<string, unknown>[]> {
  return neon(inject(where).DATABASE_URL_SYSTEM).query(statement, params)
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
