import { gzipSync } from 'node:zlib'
import { many, text, type Value, VALUES } from './values.ts'

/** A request that wants to cost more than it should. */
export interface Input {
  /** What makes it hostile. */
  name: string
  /** Which field it fills, where that is told. */
  field?: string
  method: string
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
}

interface Route {
  method: string
  path: string
  fields: readonly string[]
}

/** Just under the body limit. */
const BYTES = 1024 * 1024 - 64
/** Just under that of documents, and of an import as JSON. */
const LARGE_BYTES = 5 * 1024 * 1024 - 64

const ID = '01890a5d-ac96-774b-bcce-b302099a8057'
const LIST = '/v1/conversations'

const CREATE = { method: 'POST', path: LIST, fields: ['id', 'title', 'metadata', 'tags'] }
const APPEND = {
  method: 'POST',
  path: `${LIST}/{id}/messages`,
  fields: ['role', 'content', 'messages'],
}
const SEARCH = {
  method: 'POST',
  path: '/v1/search',
  fields: ['query', 'sources'],
}

/** Each route that takes JSON, with a field of each kind that it has. */
const ROUTES: readonly Route[] = [
  CREATE,
  { method: 'PATCH', path: `${LIST}/${ID}`, fields: ['title', 'metadata'] },
  APPEND,
  { method: 'PATCH', path: `${LIST}/${ID}/messages/${ID}`, fields: ['content', 'metadata'] },
  { method: 'POST', path: '/v1/vectors', fields: ['embedding', 'model'] },
  { method: 'POST', path: '/v1/vectors/search', fields: ['embedding', 'limit'] },
  SEARCH,
  { method: 'POST', path: '/v1/context', fields: ['query', 'turns'] },
  { method: 'PATCH', path: '/v1/me', fields: ['name', 'avatarUrl'] },
  { method: 'POST', path: '/v1/session', fields: ['transport', 'accessToken'] },
]

const said = '"role":"user","content":"x"'

/** 100 messages that share the mebibyte. */
const hundred =
  (members: (bytes: number) => string): Value =>
  (bytes) =>
    `{"messages":[${Array<string>(100)
      .fill(`{${members(Math.floor(bytes / 100) - 60)}}`)
      .join(',')}]}`
const content = (unit: string) => hundred((bytes) => `"role":"user","content":${text(unit)(bytes)}`)
const filled = (name: keyof typeof VALUES, bytes: number): string => VALUES[name]?.(bytes) ?? ''

const longNames = many('{', (i) => `"a name of some length ${i}":0`, '}')

/** Combining characters in the order that Unicode's normal forms turn round. */
const unsorted = (bytes: number): string =>
  `"role":"user","content":"e${'\u0301'.repeat(bytes / 4 - 10)}${'\u0316'.repeat(bytes / 4 - 10)}"`

/** What takes more than one field, or suits one route only. */
const SPECIAL: readonly [name: string, route: Route, value: Value][] = [
  ['good messages, far too many', APPEND, many('{"messages":[', `{${said}}`, ']}')],
  ['bad messages, far too many', APPEND, many('{"messages":[', '{"a":0}', ']}')],
  ['100 messages of one long word', APPEND, content('x')],
  ['100 messages of many words', APPEND, content('createUserName ')],
  ['100 messages of \uFDFA, which unfolds to 18 letters', APPEND, content('\uFDFA')],
  ['100 messages of accents to be sorted', APPEND, hundred(unsorted)],
  [
    '100 messages of unknown fields',
    APPEND,
    hundred((bytes) => `${said},${filled('short names', bytes).slice(1, -1)}`),
  ],
  ['100 messages, metadata of names', APPEND, hundred((bytes) => `${said},"metadata":${filled('short names', bytes)}`)],
  ['100 messages, good metadata', APPEND, hundred((bytes) => `${said},"metadata":${longNames(bytes)}`)],
  ['100 messages, metadata of zeros', APPEND, hundred((bytes) => `${said},"metadata":{"a":${filled('zeros', bytes)}}`)],
  ['32 tags of white space', CREATE, (bytes) => `{"tags":[${`${filled('white space', bytes / 32)},`.repeat(31)}"x"]}`],
  ['48,000 unknown fields', CREATE, (bytes) => filled('short names', bytes / 2)],
  ['48,000 unknown fields, numbers', CREATE, (bytes) => filled('names that are numbers', bytes / 2)],
  [
    '48,000 names that are far numbers',
    CREATE,
    (bytes) => `{"metadata":${filled('names that are far numbers', bytes * 0.7)}}`,
  ],
]

/** Bodies that are no JSON, or not in UTF-8. */
const RAW: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  'nothing but white space': ' '.repeat(BYTES),
  'white space before an object': `${' '.repeat(BYTES - 2)}{}`,
  'names, never closed': filled('short names', BYTES).slice(0, -1),
  'lists, never closed': '['.repeat(BYTES),
  'a string, never closed': `"${'x'.repeat(BYTES)}`,
  'bytes that are no UTF-8': new Uint8Array([
    ...Buffer.from('{"a":"'),
    ...Buffer.alloc(BYTES, 0xff),
    ...Buffer.from('"}'),
  ]),
  'NUL bytes': new Uint8Array(BYTES),
  'UTF-16': new Uint8Array(Buffer.from(filled('a long word', BYTES / 2), 'utf16le')),
}

/** What takes most memory for its length, in the routes that take most. */
const LARGE = ['nested lists', 'nested objects', 'empty lists', 'empty objects']
const LARGE_ROUTES = ['/v1/documents', '/v1/import'].map((path) => ({ method: 'POST', path, fields: [] }))

/** What makes bodies hostile: for each such thing its bodies, for all routes and fields. */
export function* hostileBodies(): Generator<Input[]> {
  // A field of one name has one schema: it need not be tried again in a PATCH.
  const known = new Set<string>()
  const places = ROUTES.map(
    (route) => [route, route.fields.filter((field) => !known.has(field) && known.add(field))] as const,
  )
  for (const [name, value] of Object.entries(VALUES)) {
    const body = Buffer.from(value(BYTES))
    const inField = (field: string) => Buffer.concat([Buffer.from(`{"${field}":`), body, Buffer.from('}')])
    yield places.flatMap(([route, fields]) => [
      input(name, route, body),
      ...fields.map((field) => ({ ...input(name, route, inField(field)), field })),
    ])
  }
  for (const name of LARGE) {
    const body = Buffer.from(VALUES[name]?.(LARGE_BYTES) ?? '')
    yield LARGE_ROUTES.map((route) => input(`${name}, 5 MiB`, route, body))
  }
  for (const [name, body] of Object.entries(RAW)) yield [CREATE, SEARCH].map((route) => input(name, route, body))
  for (const [name, route, value] of SPECIAL) yield [input(name, route, Buffer.from(value(BYTES)))]
  const packed = new Uint8Array(gzipSync(filled('short names', 16 * BYTES)).subarray(0, BYTES))
  yield [input('packed with gzip', CREATE, packed, { 'content-encoding': 'gzip' })]
}

function input(name: string, { method, path }: Route, body: string | Uint8Array<ArrayBuffer>, more = {}): Input {
  return { name, method, path, headers: { 'content-type': 'application/json', ...more }, body }
}

const LONG = 60 * 1024
const long = (unit: string, head = '', tail = ''): string =>
  head + unit.repeat(Math.floor((LONG - head.length - tail.length) / unit.length)) + tail

const ask = (name: string, path: string, headers: Record<string, string> = {}, method = 'GET'): Input => {
  return { name, method, path, headers }
}

/** What long headers and addresses are compared with. */
export const ORDINARY = ask('an ordinary request', `${LIST}?limit=20`)

const query = (name: string, text: string) => input(name, SEARCH, JSON.stringify({ query: text }))

/** Long headers and long addresses, 60 KiB each, for routes that read them; and queries of full length. */
export const HOSTILE_HEADS: readonly Input[] = [
  ask('query: &', `${LIST}?${long('&')}`),
  ask('query: names', `${LIST}?${Array.from({ length: 8000 }, (_, i) => `a${i}`).join('&')}`),
  ask('query: limit=1&', `${LIST}?${long('limit=1&')}`),
  ask('query: %', `${LIST}?${long('%', 'cursor=')}`),
  ask('query: %00', `${LIST}?${long('%00', 'cursor=')}`),
  ask('query: a long number', `${LIST}?limit=${long('1')}`),
  ask('query: a long cursor', `${LIST}?cursor=${long('A')}`),
  ask('path: /', long('/')),
  ask('path: %2F', long('%2F', `${LIST}/`)),
  ask('path: %FF', long('%FF', `${LIST}/`)),
  ask('Authorization: a long token', LIST, { authorization: long('a', 'Bearer ') }),
  ask('Authorization: dots', LIST, { authorization: long('.', 'Bearer ') }),
  ask('Authorization: spaces', LIST, { authorization: long(' ', 'Bearer a', '!') }),
  ask('Cookie: a=;', LIST, { cookie: long('a=;') }),
  ask('Cookie: ;', LIST, { cookie: long(';') }),
  ask('Cookie: %', LIST, { cookie: long('%', 'a=') }),
  ask('If-None-Match: "', '/v1/me', { 'if-none-match': long('"') }),
  ask('If-None-Match: W/', '/v1/me', { 'if-none-match': long('W/') }),
  ask('If-None-Match: W/"', '/v1/me', { 'if-none-match': long('W/"') }),
  ask('If-None-Match: one open quote', '/v1/me', { 'if-none-match': long('x', '"') }),
  ask('If-Match: "1",', `${LIST}/${ID}`, { 'if-match': long('"1",') }, 'DELETE'),
  ask('If-Match: "', `${LIST}/${ID}`, { 'if-match': long('"') }, 'DELETE'),
  ask('Origin: long', LIST, { origin: long('a', 'https://') }),
  ask('X-Request-Id: long', LIST, { 'x-request-id': long('a') }),
  ask('Content-Type: long', LIST, { 'content-type': long('a.', 'application/') }, 'POST'),
  ask('CF-Connecting-IP: colons', LIST, { 'cf-connecting-ip': long(':') }),
  query('a query of 8,000 \uFDFA', '\uFDFA'.repeat(8000)),
  query('a query of 4,000 words', 'aB'.repeat(4000)),
  ask('3,000 other headers', LIST, Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`x-${i}`, '1']))),
]
