/** A request that both designs understand. */
export interface Operation {
  name: string
  method: 'GET' | 'POST' | 'PUT'
  path: string
  body?: string
  status: number
  /** Both designs must answer the same `data`, or the same object, in the fields that Express has. */
  compare: boolean
}

/** The five operations of the comparison. */
export function operationsOn(conversationId: string, embedding: readonly number[]): Operation[] {
  const conversation = `/v1/conversations/${conversationId}`
  const read = { method: 'GET', status: 200, compare: true } as const
  return [
    { ...read, name: 'list conversations', path: '/v1/conversations' },
    { ...read, name: 'read 50 messages', path: `${conversation}/messages?limit=50` },
    {
      name: 'append a message',
      method: 'POST',
      path: `${conversation}/messages`,
      body: JSON.stringify({ role: 'user', content: 'What did we say about the apple trees in the garden?' }),
      status: 201,
      compare: false,
    },
    {
      name: 'vector search',
      method: 'POST',
      path: '/v1/vectors/search',
      body: JSON.stringify({ embedding, limit: 10 }),
      status: 200,
      // An index scan behind a filter may miss a row that Parley's exact search finds.
      compare: false,
    },
    { ...read, name: 'read one conversation', path: conversation },
  ]
}

/**
 * Sends the operation.
 *
 * @returns milliseconds until the whole answer was there, and the answer
 */
export async function perform(
  baseUrl: string,
  { method, path, body, status }: Operation,
  token: string,
): Promise<{ milliseconds: number; answer: unknown }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const started = performance.now()
  const response = await fetch(baseUrl + path, { method, headers, body: body ?? null })
  const text = await response.text()
  const milliseconds = performance.now() - started
  if (response.status !== status) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  return { milliseconds, answer: JSON.parse(text) }
}
