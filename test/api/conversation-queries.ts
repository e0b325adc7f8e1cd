import type { TestUser } from './harness.ts'
import { type Conversation, type Page, read } from './helpers.ts'

const LIST = '/v1/conversations'

/** The parameters of a list of conversations. */
export type Query = Record<string, string | string[]>

export function path(query: Query): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) params.append(name, each)
  }
  return `${LIST}?${params.toString()}`
}

/** The first page. */
export const list = (user: TestUser, query: Query) => read<Page<Conversation>>(user.get(path(query)))

const within = (value: string, after: number | null, before: number | null) =>
  (after === null || Date.parse(value) > after) && (before === null || Date.parse(value) < before)
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** What the lists must be, from all conversations of the user. */
export function expectedIds(all: readonly Conversation[], query: Query): string[] {
  const sought = JSON.parse(String(query.metadata ?? '{}')) as object
  const time = (name: string) => (query[name] === undefined ? null : Date.parse(String(query[name])))
  const found = all.filter(
    (row) =>
      (query.archived === undefined || String(row.archived) === query.archived) &&
      (query.pinned === undefined || String(row.pinned) === query.pinned) &&
      [query.tag ?? []].flat().every((tag) => row.tags.includes(tag)) &&
      Object.entries(sought).every(([name, value]) => row.metadata[name] === value) &&
      within(row.createdAt, time('createdAfter'), time('createdBefore')) &&
      within(row.lastActivityAt, time('activeAfter'), time('activeBefore')) &&
      (row.title ?? '').toLowerCase().includes(String(query.title ?? '').toLowerCase()),
  )
  const orders: Record<string, (a: Conversation, b: Conversation) => number> = {
    activity: (a, b) => compare(b.lastActivityAt, a.lastActivityAt) || compare(b.id, a.id),
    created: (a, b) => compare(b.createdAt, a.createdAt) || compare(b.id, a.id),
    title: (a, b) => compare((a.title ?? '').toLowerCase(), (b.title ?? '').toLowerCase()) || compare(a.id, b.id),
  }
  const order = orders[String(query.sort ?? 'activity')] ?? (() => 0)
  const byPin = (a: Conversation, b: Conversation) =>
    query.pinnedFirst === 'true' ? Number(b.pinned) - Number(a.pinned) : 0
  return found.toSorted((a, b) => byPin(a, b) || order(a, b)).map(({ id }) => id)
}
