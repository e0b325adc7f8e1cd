import { EMBEDDING_DIMENSIONS } from '../../src/embeddings/vector.ts'
import { PLACES } from './seed.ts'
import { type CostInput, get, LIST, nested, post, range, words } from './input.ts'
import { WRITE_INPUTS } from './write-inputs.ts'

/** What the others are measured against. */
export const PLAIN = get('a plain list of conversations', LIST)

const search = (name: string, body: object) =>
  post(`search: ${name}`, '/v1/search', { mode: 'keyword', limit: 50, ...body })
const metadataSearch = (name: string, metadata: unknown, more: object = {}) =>
  search(`metadata, ${name}`, { query: 'a', filter: { metadata }, ...more })
const conversationsOf = (name: string, metadata: unknown) =>
  get(`${LIST}: metadata, ${name}`, `${LIST}?limit=100&metadata=${encodeURIComponent(JSON.stringify(metadata))}`)
const documentsOf = (name: string, metadata: unknown) =>
  get(
    `/v1/documents: metadata, ${name}`,
    `/v1/documents?limit=100&metadata=${encodeURIComponent(JSON.stringify(metadata))}`,
  )

const VECTOR = range(EMBEDDING_DIMENSIONS, (i) => Math.sin(i))
/** None of them is in any metadata, so that each comparison is made. */
const values = (count: number) => range(count, (i) => 10_000 + i)
/** The last of the elements that hostile rows have. */
const last = (count: number, of: number) => range(count, (i) => of - i)

const context = (name: string, body: object) =>
  post(`context: ${name}`, '/v1/context', { budgetTokens: 200_000, limit: 50, ...body })
/** A question brings 20 turns of its own, all as long as they may be together. */
const CONTEXTS: readonly CostInput[] = [
  context('a long chain', { conversationId: PLACES.chain, query: 'a' }),
  context('thousands of branches', { conversationId: PLACES.branches, query: 'a' }),
  context('texts of 200,000 characters', { conversationId: PLACES.texts, query: 'hotel river' }),
  context('the question is such a text', { conversationId: PLACES.texts }),
  context('20 turns', { turns: range(20, () => ({ role: 'user', content: 'hotel river '.repeat(4_000) })) }),
  context('chunks that follow each other', { query: 'a hotel by the river', sources: ['document'] }),
]

const METADATA_FILTERS: readonly CostInput[] = [
  metadataSearch('in × 50 values', { key: 'a', in: values(50) }),
  metadataSearch('in × 50 texts', { key: 'a', in: values(50).map((value) => `x${value}`) }),
  metadataSearch('4 × 50 values', {
    or: range(4, (i) => ({ key: 'a', in: values(50).map((value) => value + i * 50) })),
  }),
  metadataSearch('31 × 50 values', {
    or: range(31, (i) => ({ key: 'a', in: values(50).map((value) => value + i * 50) })),
  }),
  metadataSearch('100 values', {
    or: [
      { key: 'a', in: values(50) },
      { key: 'a', in: values(50) },
    ],
  }),
  metadataSearch('31 ranges', {
    or: range(31, () => ({ key: 'a', gt: 5000, lt: 6000, gte: 5000, lte: 6000, ne: 1, eq: 3 })),
  }),
  metadataSearch('25 ranges', { or: range(25, () => ({ key: 'a', gt: 5000, lt: -6000 })) }),
  metadataSearch('31 × ne', { and: range(31, (i) => ({ key: 'a', ne: 1000 + i })) }),
  metadataSearch('a path through arrays', { or: range(31, (i) => ({ key: ['a', 'b'], eq: 1000 + i })) }),
  metadataSearch('a path of 8', { or: range(31, () => ({ key: ['a', 'k1', 'd', 'd', 'd', 'd', 'd', 'd'], eq: 'x' })) }),
  metadataSearch('a path of three through arrays', {
    or: range(4, () => ({ key: ['a', 'b', 'c'], in: values(4) })),
  }),
  metadataSearch(
    'hybrid, a path of three',
    { or: range(4, () => ({ key: ['a', 'b', 'c'], in: values(4) })) },
    { mode: 'hybrid' },
  ),
  metadataSearch('semantic, 50 values', { key: 'a', in: values(50) }, { mode: 'semantic' }),
  metadataSearch('hybrid, 50 values', { key: 'a', in: values(50) }, { mode: 'hybrid' }),
  metadataSearch(
    'any, 50 words × 50 values',
    { key: 'a', in: values(50) },
    { query: words(50).join(' '), match: 'any' },
  ),
]

const LIST_FILTERS: readonly CostInput[] = [
  conversationsOf('one number', { a: [6400] }),
  conversationsOf('16 numbers', { a: last(16, 6400) }),
  conversationsOf('200 numbers', { a: last(200, 6400) }),
  conversationsOf('one number, 200 times', { a: range(200, () => 6400) }),
  conversationsOf('100 texts', { a: last(100, 3600).map((i) => `v${i}`) }),
  conversationsOf('100 objects', {
    a: last(100, 2500)
      .map((b) => ({ b }))
      .slice(0, 90),
  }),
  conversationsOf('2 objects', { a: [{ b: 2500 }, { b: 2499 }] }),
  conversationsOf('100 arrays in an array', { a: last(100, 4000).map((i) => [i]) }),
  conversationsOf('2 arrays in an array', { a: [[], [4000]] }),
  conversationsOf('one array in an array', { a: [[4000]] }),
  conversationsOf('deep arrays', { a: [[[[[[[[[[1]]]]]]]]]] }),
  conversationsOf('one number, in 10,000 of 16 KB', { large: [9999] }),
  conversationsOf('16 numbers, in 10,000 of 16 KB', { large: last(16, 3700).map((i) => i + 10_000) }),
  conversationsOf('an object of many names', Object.fromEntries(range(100, (i) => [`k${i}`, i]))),
  conversationsOf('a deep object', { a: { k1: nested(30, 'x') } }),
  documentsOf('16 numbers', { a: last(16, 6400) }),
  documentsOf('one array in an array', { a: [[4000]] }),
  get(`${LIST}: title`, `${LIST}?limit=100&title=${encodeURIComponent(`${'Ⱥ'.repeat(199)}x`)}`),
  get(`/v1/documents: title`, `/v1/documents?limit=100&title=${encodeURIComponent(`${'Ⱥ'.repeat(199)}x`)}`),
  get(`${LIST}: 32 tags`, `${LIST}?limit=100&${range(32, (i) => `tag=tag${i + 2}`).join('&')}`),
  get(`/v1/documents: 32 tags`, `/v1/documents?limit=100&${range(32, (i) => `tag=tag${i + 2}`).join('&')}`),
  ...['activity', 'created', 'title'].map((sort) =>
    get(`${LIST}: sort=${sort}, pinned first`, `${LIST}?limit=100&sort=${sort}&pinnedFirst=true&title=hostile`),
  ),
  get(`${LIST}: the hostile ones`, `${LIST}?limit=100&tag=tag1`),
  get(`${LIST}: deleted`, `${LIST}?limit=100&deleted=true`),
]

const KEYWORDS: readonly CostInput[] = [
  search('a phrase of one word, again and again', { query: `"${'a '.repeat(3_990)}"` }),
  search('a phrase of 8 times one word', { query: `"${'a '.repeat(8)}"` }),
  search('a phrase that nearly fits', { query: `"${'a b c d e f g '.repeat(570)} a"` }),
  search('a phrase of 7 words, 4 times', { query: '"a b c d e f g a b c d e f g a b c d e f g a b c d e f h"' }),
  search('500 phrases', { query: '"a a a a a" '.repeat(500) }),
  search('100 phrases of any', { query: range(100, () => '"a b c d e f g"').join(' OR ') }),
  search('one letter, 8,000 characters', { query: 'a '.repeat(3_999) }),
  search('one word of 8,000 characters', { query: 'x'.repeat(8_000) }),
  search('all of 800 words', { query: words(800).join(' '), match: 'all' }),
  search('any of 800 words', { query: words(800).join(' '), match: 'any' }),
  search('600 words by or', { query: words(600).join(' OR ') }),
  search('any of the frequent words', {
    query: 'a b c d e f g hotel river bank what one says in chat more or less',
    match: 'any',
  }),
  search('as many operators as there may be', { query: `${range(8, () => '"a b c d e f g"').join(' OR ')} -a` }),
  search('16 excluded', { query: `w ${range(16, (i) => `-"${words(60).join(' ')} ${i}"`).join(' ')}` }),
  search('five earlier turns', {
    query: 'and that?',
    turns: range(20, () => ({ role: 'user', content: words(200).join(' ') })),
  }),
  search('a follow-up in a conversation', { query: 'and that?', conversationId: PLACES.texts }),
  search('800 words, negated', {
    query: words(800)
      .map((word) => `-${word}`)
      .join(' '),
  }),
  search('a word and 800 negated', {
    query: `a ${words(800)
      .map((word) => `-${word}`)
      .join(' ')}`,
  }),
  search('a prefix of everything', { query: 'w', prefix: true }),
  search('a prefix, any', { query: 'what one says in a w', prefix: true, match: 'any' }),
  search('a bomb of syntax', { query: `${'-"a b" OR '.repeat(790)}a` }),
  search('any, in all languages', { query: words(50).join(' '), match: 'any', sources: ['document'] }),
  search('frequent words, in all languages', { query: 'hotel by the river', match: 'any', sources: ['document'] }),
  search('highlights of 50 long texts', { query: 'a', filter: { conversationId: PLACES.texts } }),
  search('highlights, all of 800 words', {
    query: words(800).join(' '),
    match: 'all',
    filter: { conversationId: PLACES.texts },
  }),
  search('highlights, a word at the end', { query: 'hotel', filter: { conversationId: PLACES.texts } }),
  search('highlights, any of 50 words', {
    query: words(50).join(' '),
    match: 'any',
    filter: { conversationId: PLACES.texts },
  }),
  search('highlights, frequent words by or', {
    query: range(30, () => 'a OR b OR c OR d').join(' OR '),
    filter: { conversationId: PLACES.texts },
  }),
  search('context 5 of long texts', { query: 'a', context: 5, filter: { conversationId: PLACES.texts } }),
  search('grouped, with context', { query: 'a', context: 5, groupBy: ['conversation', 'document'] }),
  search('100 conversations, 100 documents', {
    query: 'a',
    filter: {
      conversationId: range(100, (i) => `hostile-${i + 1}`),
      documentId: range(100, () => crypto.randomUUID()),
    },
  }),
]

const BY_MEANING: readonly CostInput[] = [
  search('semantic, context 5', { query: 'a hotel by the river', mode: 'semantic', context: 5 }),
  search('hybrid, context 5', { query: 'a hotel by the river', mode: 'hybrid', context: 5 }),
  search('hybrid, 1,000 words', { query: words(1000).join(' ').slice(0, 8000), mode: 'hybrid' }),
  search('semantic, 32 tags', {
    query: 'a hotel',
    mode: 'semantic',
    filter: { tags: range(32, (i) => `tag${i + 1}`) },
  }),
  search('by an embedding, grouped', { embedding: VECTOR, mode: 'semantic', groupBy: ['conversation'], context: 5 }),
  post('vectors: search', '/v1/vectors/search', { embedding: VECTOR, limit: 50 }),
  post('vectors: store', '/v1/vectors', {
    embedding: VECTOR,
    content: 'a '.repeat(16_000),
    metadata: { a: range(500, () => 0) },
  }),
]

const READS: readonly CostInput[] = [
  get('messages: a path of all branches', `${LIST}/${PLACES.branches}/messages?limit=100&siblings=true`),
  get('messages: a tree', `${LIST}/${PLACES.branches}/messages?limit=100&view=tree`),
  get('messages: a deep path', `${LIST}/${PLACES.chain}/messages?limit=100&siblings=true`),
  get('messages: the largest', `${LIST}/${PLACES.texts}/messages?limit=40`),
  get('messages: the most metadata', `${LIST}/${PLACES.metadata}/messages?limit=100`),
  get('conversation', `${LIST}/${PLACES.branches}`),
  get('documents', '/v1/documents?limit=100'),
  get('audit events', '/v1/audit-events?limit=100'),
  get('embedding jobs', '/v1/embedding-jobs?limit=100&status=failed'),
  get('sessions', '/v1/sessions?limit=100'),
  get('me', '/v1/me'),
]

/** A number that no request had before takes the place of `{n}` in a body. Every route that takes a filter, a query, a list, a patch or a batch. */
export const COST_INPUTS: readonly CostInput[] = [
  ...CONTEXTS,
  ...METADATA_FILTERS,
  ...LIST_FILTERS,
  ...KEYWORDS,
  ...BY_MEANING,
  ...READS,
  ...WRITE_INPUTS,
]
