import { listOperations } from '../../src/public/docs/operation.js'
import { bearer } from './client.ts'
import type { Findings } from './findings.ts'
import type { OpenApi } from './samples.ts'

const EXPORT = '/v1/me/export'

export interface Reader {
  url: string
  document: OpenApi
  token: string
  findings: Findings
}

/**
 * Reads all data of a user through the GET operations of the document: every page of every list, and every item of a list.
 *
 * @returns the number of lists and items
 */
export async function readEverything({ url, document, token, findings }: Reader): Promise<number> {
  const operations = listOperations(document).filter(({ method, path }) => method === 'get' && path.startsWith('/v1/'))
  const templates = new Map(operations.map(({ id, path, parameters }) => [path, { id, parameters }]))
  const read = new Map<string, string[]>()

  async function idsAt(path: string, template: string): Promise<string[]> {
    const known = read.get(path)
    const operation = templates.get(template)
    if (known || !operation || path === EXPORT) return known ?? []
    const isList = operation.parameters.some(({ name }) => name === 'cursor')
    const ids: string[] = []
    read.set(path, ids)
    for (let query = isList ? '?limit=10' : ''; ;) {
      const request = { method: 'GET', path: path + query, headers: bearer(token) }
      const { status, text } = await findings.expect(`${operation.id}, read back`, url, request)
      if (!isList || status !== 200) return ids
      const { data, nextCursor } = JSON.parse(text) as { data: { id?: string }[]; nextCursor: string | null }
      ids.push(...data.flatMap(({ id }) => id ?? []))
      if (nextCursor === null) return ids
      query = `?limit=10&cursor=${encodeURIComponent(nextCursor)}`
    }
  }

  /** Returns all paths of a template. The values of a path parameter are the ids of the list in front of it. */
  async function pathsOf(template: string): Promise<string[]> {
    const [, parent, segment = ''] = /^(.*)\/([^/]*)$/.exec(template) ?? []
    if (parent === undefined) return ['']
    const found: string[] = []
    for (const path of await pathsOf(parent)) {
      if (!segment.startsWith('{')) found.push(`${path}/${segment}`)
      else found.push(...(await idsAt(path, parent)).map((id) => `${path}/${encodeURIComponent(id)}`))
    }
    return found
  }

  for (const template of templates.keys()) {
    for (const path of await pathsOf(template)) await idsAt(path, template)
  }
  return read.size
}

export type ExportLine = Record<string, unknown> & { type: string; id?: string }

/** Returns the lines of a user's export, without the first and the last one. An incomplete export is a fault, and null. */
export async function readExport({ url, token, findings }: Omit<Reader, 'document'>): Promise<ExportLine[] | null> {
  const { status, text } = await findings.expect('exportMe', url, {
    method: 'GET',
    path: EXPORT,
    headers: bearer(token),
  })
  if (status !== 200) return null
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExportLine)
  const end = lines.at(-1)
  if (end?.type === 'end') return lines.slice(1, -1)
  findings.fault(`exportMe: the last line is of type ${end?.type}, not end`)
  return null
}

/** Compares exports of the same data. Lines and fields that only `after` has are no difference. */
export function differences(before: readonly ExportLine[], after: readonly ExportLine[]): string[] {
  // The id of a message is unique in its conversation.
  const keyOf = ({ type, id, conversationId }: ExportLine) => JSON.stringify([type, conversationId, id])
  const found = new Map(after.map((line) => [keyOf(line), line]))
  return before.flatMap((line) => {
    const same = found.get(keyOf(line))
    if (!same) return [`a line of type ${line.type} is missing`]
    const changed = Object.keys(line).filter((name) => name in same && !holds(same[name], line[name]))
    return changed.map((name) => `${line.type}.${name} differs`)
  })
}

/** Whether `value` equals `part`, or is an object with further fields. */
function holds(value: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return value === part
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(part)) return false
  if (Array.isArray(part) && part.length !== (value as unknown[]).length) return false
  return Object.entries(part).every(([key, inner]) => holds((value as Record<string, unknown>)[key], inner))
}
