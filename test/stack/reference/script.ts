import { bearer, cookie, createParley, type ParleyOptions } from '../../../src/client/index.ts'

const NAMES = [
  'token',
  'accessToken',
  'refreshToken',
  'sessionId',
  'conversationId',
  'messageId',
  'documentId',
  'jobId',
]

/** What samples take for given, for a compiler. */
export const variableTypes = `${NAMES.map((name) => `declare const ${name}: string\n`).join('')}declare const embedding: number[]\n`

/**
 * Runs a sample as a page of Parley's own origin would.
 *
 * @param variables those of a shell: `CONVERSATION_ID`
 * @returns all that it has logged; rejects with what it throws
 */
export async function runScript(
  sample: string,
  variables: Record<string, string>,
  { url, id }: { url: string; id: string },
): Promise<unknown[]> {
  const logged: unknown[] = []
  const valueOf = (name: string) => variables[name.replaceAll(/(?=[A-Z])/g, '_').toUpperCase()] ?? ''
  // Node's fetch has no cookies, and names no origin.
  const fetch: ParleyOptions['fetch'] = (input, init) => {
    const headers = new Headers(init?.headers)
    if (init?.credentials === 'include') headers.set('Origin', url)
    if (id === 'refreshSession') headers.set('Cookie', `__Host-parley-refresh=${variables['REFRESH_COOKIE']}`)
    return globalThis.fetch(input, { ...init, headers })
  }
  const scope: Record<string, unknown> = {
    ...Object.fromEntries(NAMES.map((name) => [name, valueOf(name)])),
    accessToken: variables['TOKEN'],
    embedding: Array.from({ length: 1536 }, (_, i) => (i === 0 ? 1 : 0)),
    console: { log: (...values: unknown[]) => logged.push(...values) },
    fetch,
    bearer,
    cookie,
    createParley: (options: ParleyOptions) => createParley({ ...options, fetch }),
  }
  const body = sample.replace(/^import .*$/m, '')
  // oxlint-disable-next-line typescript/no-implied-eval -- The sample is ours, and running it is the test.
  const run = new Function(...Object.keys(scope), `return (async () => {${body}\n})()`) as (
    ...values: unknown[]
  ) => Promise<void>
  await run(...Object.values(scope))
  return logged
}
