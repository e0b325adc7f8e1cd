import { PLACES } from './seed.ts'
import { type CostInput, LIST, MIB, nested, patch, post, range, words } from './input.ts'

const said = (content: string) => ({ role: 'user', content })
const manyNames = <T>(count: number, value: T) => Object.fromEntries(range(count, (i) => [i.toString(36), value]))

/** Nearly as many chunks as a mebibyte may make. */
const SENTENCES = 'A sentence, more or less. '.repeat(40_000)
const SMALL_CHUNKS = { size: 1_350, overlap: 275 }

const STORES: readonly CostInput[] = [
  post('append: 100 messages', `${LIST}/{id}/messages`, { messages: range(100, () => said('word '.repeat(1_900))) }),
  post('append: 100 messages of different words', `${LIST}/{id}/messages`, {
    messages: range(100, (i) =>
      said(
        range(900, (n) => `w${i}x${n}`)
          .join(' ')
          .slice(0, 9_000),
      ),
    ),
  }),
  post('append: 5 messages of 200,000 characters', `${LIST}/{id}/messages`, {
    messages: range(5, () => said(words(30_000).join(' ').slice(0, 199_999))),
  }),
  post('append: 200,000 commas and letters', `${LIST}/{id}/messages`, {
    messages: range(5, () => said('a.'.repeat(99_999))),
  }),
  post('document: 1 MiB of words', '/v1/documents', {
    title: 'Words',
    externalId: 'words-{n}',
    content: words(100_000)
      .join(' ')
      .slice(0, MIB - 200),
  }),
  post('document: 1 MiB of headings', '/v1/documents', {
    title: 'Headings',
    externalId: 'headings-{n}',
    content: '# a\n\nb\n\n'.repeat(100_000),
  }),
  post('document: small chunks', '/v1/documents', {
    title: 'Chunks',
    externalId: 'chunks-{n}',
    chunking: SMALL_CHUNKS,
    content: SENTENCES,
  }),
  {
    name: 'import: 1 MiB of lines, its longest transaction',
    isChain: true,
    method: 'POST',
    path: '/v1/import',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      range(3_000, (i) => ({ id: `{n}-${i}`, role: 'user', parts: [{ type: 'text', text: 'word '.repeat(50) }] })),
    ),
  },
]

const save = (name: string, chat: string, messages: object[]): CostInput => ({
  name: `save: ${name}`,
  method: 'PUT',
  path: `${LIST}/${chat}/messages`,
  body: JSON.stringify({ messages }),
})
const uiMessage = (id: string, text: string, more: object = {}) => ({
  id,
  role: 'assistant',
  parts: [{ type: 'text', text }],
  ...more,
})

const CHATS: readonly CostInput[] = [
  save(
    '1,000 new messages',
    'save-new',
    range(1_000, (i) => uiMessage(`{n}-${i}`, 'x')),
  ),
  save(
    '1,000 new messages of 900 characters',
    'save-long',
    range(1_000, (i) => uiMessage(`{n}-${i}`, `word${i} and `.repeat(75))),
  ),
  save(
    '1,000 messages that are there',
    'save-same',
    range(1_000, (i) => uiMessage(`m${i}`, 'x')),
  ),
  save(
    '1,000 messages that all differ',
    'save-other',
    range(1_000, (i) => uiMessage(`m${i}`, 'x{n}')),
  ),
  save(
    '1,000 messages in progress',
    'save-open',
    range(1_000, (i) => uiMessage(`m${i}`, 'x', { status: 'in_progress' })),
  ),
  save(
    '100 messages that go on',
    'save-going',
    range(100, (i) => uiMessage(`m${i}`, 'x{n}', { status: 'in_progress' })),
  ),
]

const changed = (name: string, externalId: string, more: object) =>
  post(`document, ${name}`, '/v1/documents', {
    title: 'Chunks',
    externalId,
    chunking: SMALL_CHUNKS,
    content: SENTENCES,
    ...more,
  })

const CHANGES: readonly CostInput[] = [
  changed('sent again', 'again', {}),
  changed('with another title', 'title', { title: 'Chunks {n}' }),
  changed('with another text in all chunks', 'text', {
    content: range(15_000, (i) => `Sentence {n} with the number ${i}, more or less of it.`).join(' '),
  }),
  changed('cut in another way', 'cut', { chunking: undefined, content: `${SENTENCES}{n}` }),
  changed('in another language', 'language', { content: `{n} ${SENTENCES}`, language: 'english' }),
]

const WRITES: readonly CostInput[] = [
  post('append: 1 message of 1 MiB of parts', `${LIST}/{id}/messages`, {
    role: 'assistant',
    parts: range(100, (i) => ({
      type: 'data-note',
      data: { i, a: range(3_000, (n) => n % 10), text: 'part '.repeat(700) },
    })).slice(0, 16),
  }),
  post('append: 60 messages with the most metadata', `${LIST}/{id}/messages`, {
    messages: range(60, (i) => ({
      ...said('x'),
      metadata: { a: range(i < 6 ? 800 : 8, () => 'x'.repeat(i < 6 ? 2 : 1_900)) },
    })),
  }),
  post('append: 100 branches of the root', `${LIST}/${PLACES.branches}/messages`, {
    messages: range(100, () => ({ ...said('x'), parentId: 'm1' })),
  }),
  patch('patch: 1,700 names', `${LIST}/{id}`, { metadata: manyNames(1_700, 0) }),
  patch('patch: 1,400 names go', `${LIST}/{id}`, { metadata: manyNames(1_400, null) }),
  patch('patch: 32 deep', `${LIST}/{id}`, {
    metadata: Object.fromEntries(range(60, (i) => [`o${i}`, nested(29, { x: i })])),
  }),
  patch('patch: a list of 800', `${LIST}/{id}`, { metadata: { a: range(800, () => 0) } }),
  patch('patch: hostile metadata', `${LIST}/hostile-5`, {
    metadata: { a: Object.fromEntries(range(100, (i) => [`k${i}`, nested(20, 1)])) },
  }),
  patch('patch: the active leaf', `${LIST}/${PLACES.branches}`, { activeLeafId: 'm2' }),
  patch('patch: a message of 200,000 characters', `${LIST}/${PLACES.texts}/messages/m3`, {
    content: words(30_000).join(' ').slice(0, 199_999),
  }),
  post('bulk: archive 100', `${LIST}/bulk`, { action: 'archive', ids: range(100, (i) => `hostile-${i + 1}`) }),
  post('bulk: unarchive 100', `${LIST}/bulk`, { action: 'unarchive', ids: range(100, (i) => `hostile-${i + 1}`) }),
  {
    ...post('append: sent again', `${LIST}/{id}/messages`, { messages: range(100, () => said('word '.repeat(1_900))) }),
    headers: { 'idempotency-key': 'cost' },
  },
]

/** Appends, saves, patches, documents and imports. */
export const WRITE_INPUTS: readonly CostInput[] = [...WRITES, ...STORES, ...CHATS, ...CHANGES]
