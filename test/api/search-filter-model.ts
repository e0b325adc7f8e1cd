import { random } from './helpers.ts'

/** What a search can find, and all that a filter may ask of it. */
export interface Text {
  id: string
  source: 'message' | 'document'
  conversationId: string | null
  role: string | null
  tags: string[]
  createdAt: string
  metadata: Record<string, unknown>
}

type Value = string | number | boolean | null
export type MetadataFilter =
  | { and: MetadataFilter[] }
  | { or: MetadataFilter[] }
  | ({ key: string | string[]; in?: Value[] } & Partial<Record<'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte', Value>>)

export interface Filter {
  source?: string | string[]
  conversationId?: string | string[]
  documentId?: string | string[]
  role?: string | string[]
  tags?: string | string[]
  createdAfter?: string
  createdBefore?: string
  metadata?: MetadataFilter
}

const among = (asked: string | string[] | undefined, value: string | null) =>
  asked === undefined || (value !== null && [asked].flat().includes(value))

/** Whether a text passes, as the API describes it. Who names conversations asks for messages, who names documents for these. */
export function passes(text: Text, filter: Filter): boolean {
  const isMessage = text.source === 'message'
  const isMeant = isMessage
    ? among(filter.conversationId, text.conversationId) && (!filter.documentId || filter.conversationId !== undefined)
    : among(filter.documentId, text.id) && (!filter.conversationId || filter.documentId !== undefined)
  return (
    isMeant &&
    among(filter.source, text.source) &&
    among(filter.role, text.role) &&
    [filter.tags ?? []].flat().every((tag) => text.tags.includes(tag)) &&
    (filter.createdAfter === undefined || Date.parse(text.createdAt) > Date.parse(filter.createdAfter)) &&
    (filter.createdBefore === undefined || Date.parse(text.createdAt) < Date.parse(filter.createdBefore)) &&
    (filter.metadata === undefined || holds(filter.metadata, text.metadata))
  )
}

function holds(filter: MetadataFilter, metadata: unknown): boolean {
  if ('and' in filter) return filter.and.every((each) => holds(each, metadata))
  if ('or' in filter) return filter.or.some((each) => holds(each, metadata))
  const { key, in: values, ...operators } = filter
  const found = [key]
    .flat()
    .reduce<unknown[]>((places, name) => places.flatMap(elements).flatMap((place) => member(place, name)), [metadata])
  const items = found.flatMap(elements)
  const some = (test: (order: number) => boolean, value: Value) =>
    items.some((item) => {
      const order = compare(item, value)
      return order !== null && test(order)
    })
  const tests = {
    eq: (value: Value) => some((order) => order === 0, value),
    ne: (value: Value) => !some((order) => order === 0, value),
    gt: (value: Value) => some((order) => order > 0, value),
    gte: (value: Value) => some((order) => order >= 0, value),
    lt: (value: Value) => some((order) => order < 0, value),
    lte: (value: Value) => some((order) => order <= 0, value),
  }
  const asked = Object.entries(operators) as [keyof typeof tests, Value][]
  return asked.every(([name, value]) => tests[name](value)) && (!values || values.some((value) => tests.eq(value)))
}

/** An array stands for its elements. */
const elements = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

const member = (value: unknown, name: string): unknown[] =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? [(value as Record<string, unknown>)[name]]
    : []

/** Below, at or above zero; null where the two are no match for each other. */
function compare(item: unknown, value: Value): number | null {
  if (item === null || value === null) return item === value ? 0 : null
  if (typeof item !== typeof value || typeof item === 'object') return null
  if (typeof item === 'string') return comparePoints(Array.from(item), Array.from(value as string))
  return Number(item) - Number(value)
}

function comparePoints(a: string[], b: string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = (a[i]?.codePointAt(0) ?? 0) - (b[i]?.codePointAt(0) ?? 0)
    if (order !== 0) return order
  }
  return a.length - b.length
}

export const KEYS = [
  'n',
  's',
  'list',
  'deep',
  'we"ird',
  "it's",
  'a.b',
  'ключ',
  '$',
  '*',
  '\\',
  '@.n',
  ' ',
  'constructor',
  '\t\u0001',
]
const TAGS = ['red', 'green', 'ü', 'a"b', "it's", 'x,y', '{}', '\\']
const ROLES = ['user', 'assistant', 'system', 'tool']
const VALUES: Value[] = [
  0,
  1,
  2,
  2.5,
  -1,
  1e300,
  1e-7,
  2 ** 53,
  '',
  '1',
  'a',
  'b',
  'B',
  'ä',
  '𝒳',
  '\uffee',
  `"q'\\`,
  '$v0',
  true,
  false,
  null,
]

/** What the same seed makes again. */
export function createDice(seed: number) {
  const next = random(seed)
  const int = (n: number) => Math.floor(next() * n)
  const pick = <T>(from: readonly T[]): T => from[int(from.length)] as T
  const some = <T>(from: readonly T[], most: number): T[] => [
    ...new Set(Array.from({ length: int(most + 1) }, () => pick(from))),
  ]
  const chance = (percent: number) => int(100) < percent

  const stored = (depth: number): unknown => {
    const kind = int(10)
    if (kind < 6 || depth === 0) return pick(VALUES)
    if (kind < 8) return Array.from({ length: int(4) }, () => stored(depth - 1))
    return Object.fromEntries(some(KEYS, 3).map((key) => [key, stored(depth - 1)]))
  }
  const condition = (): MetadataFilter => {
    const key = chance(75) ? pick(KEYS) : Array.from({ length: 1 + int(3) }, () => pick(KEYS))
    const ordered = VALUES.filter((value) => typeof value === 'string' || typeof value === 'number')
    const one = (): Partial<MetadataFilter> => {
      const operator = pick(['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in'])
      if (operator === 'in') return { in: [pick(VALUES), ...some(VALUES, 3)] }
      return { [operator]: operator === 'eq' || operator === 'ne' ? pick(VALUES) : pick(ordered) }
    }
    return { key, ...one(), ...(chance(25) && one()) }
  }
  const metadataFilter = (depth: number): MetadataFilter => {
    if (depth === 0 || chance(40)) return condition()
    const members = Array.from({ length: 1 + int(3) }, () => metadataFilter(depth - 1))
    return chance(50) ? { and: members } : { or: members }
  }

  return {
    pick,
    role: () => pick(ROLES),
    tags: () => some(TAGS, 4),
    metadata: () => Object.fromEntries(some(KEYS, 6).map((key) => [key, stored(2)])),
    time: () => new Date(Date.UTC(2024, int(12), 1 + int(28), int(24), 0, 0, int(1000))).toISOString(),
    filter(texts: readonly Text[]): Filter {
      const one = <T>(items: T[]) => (items.length === 1 && chance(50) ? (items[0] as T) : items)
      const conversations = texts.flatMap(({ conversationId }) => conversationId ?? [])
      const documents = texts.flatMap(({ source, id }) => (source === 'document' ? id : []))
      const times = texts.map(({ createdAt }) => createdAt)
      return {
        ...(chance(15) && { source: one([pick(['message', 'document']), ...(chance(30) ? ['message'] : [])]) }),
        ...(chance(20) && { conversationId: one([pick(conversations), ...some(conversations, 1)]) }),
        ...(chance(15) && { documentId: one([pick(documents), ...some(documents, 4)]) }),
        ...(chance(20) && { role: one([pick(ROLES), ...some(ROLES, 2)]) }),
        ...(chance(25) && { tags: one([pick(TAGS), ...(chance(30) ? [pick(TAGS)] : [])]) }),
        // A text's own moment is neither before nor after it.
        ...(chance(25) && { createdAfter: pick(times) }),
        ...(chance(25) && { createdBefore: pick(times) }),
        ...(chance(60) && { metadata: metadataFilter(3) }),
      }
    },
    metadataFilter,
  }
}
