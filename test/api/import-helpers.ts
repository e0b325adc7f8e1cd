import type { ImportReport } from '../../src/features/import/schemas.ts'
import type { Api, TestUser } from './harness.ts'
import { read } from './helpers.ts'

export type { ImportReport }
/** A line in which a test may change what it likes. */
export type LooseLine = { type: string; [field: string]: unknown }
export type Line = LooseLine

export const NDJSON = 'application/x-ndjson'
export const toText = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

/** Sends a body to the import as it is. */
export const send = (api: Api, user: TestUser, body: BodyInit, type = NDJSON, query = '') =>
  api.call('POST', `/v1/import${query}`, {
    body,
    headers: { Authorization: `Bearer ${user.accessToken}`, 'Content-Type': type },
  })

export const importLines = (api: Api, user: TestUser, lines: readonly object[]) =>
  read<ImportReport>(send(api, user, toText(lines)))
export const importJson = (api: Api, user: TestUser, value: unknown, query = '') =>
  read<ImportReport>(send(api, user, JSON.stringify(value), 'application/json', query))

export const exportText = async (user: TestUser) =>
  new TextDecoder().decode(await (await user.get('/v1/me/export')).arrayBuffer())
export const exportOf = async (user: TestUser): Promise<LooseLine[]> =>
  (await exportText(user))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LooseLine)

const OF_THE_ACCOUNT = new Set(['export', 'user', 'session', 'auditEvent', 'end'])
/** What of an export is in the user's conversations. */
export const dataOf = (lines: readonly LooseLine[]) => lines.filter(({ type }) => !OF_THE_ACCOUNT.has(type))
export const ofType = (lines: readonly LooseLine[], type: string) => lines.filter((line) => line.type === type)

/** An export of one conversation in a line. */
export function longFile(length: number): LooseLine[] {
  const conversationId = crypto.randomUUID()
  const ids = Array.from({ length }, () => crypto.randomUUID())
  const messages = ids.map((id, n) => ({
    type: 'message',
    id,
    conversationId,
    seq: n + 1,
    parentId: ids[n - 1] ?? null,
    role: n % 2 === 0 ? 'user' : 'assistant',
    content: `Message ${n}`,
  }))
  return [
    { type: 'export', format: 1 },
    { type: 'conversation', id: conversationId, activeLeafId: ids.at(-1) },
    ...messages,
    { type: 'end', counts: {} },
  ]
}
