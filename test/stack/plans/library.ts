import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asUser, type Database } from '../../../src/db/database.ts'
import type { EmbeddingVector } from '../../../src/embeddings/vector.ts'
import { createTrace } from '../../../src/trace.ts'
import type { Place } from './places.ts'
import { createRandom, createTopics, type StoredVector, storeVectors, type TextOf, vectorsOf } from './vectors.ts'

/** What a searching user has: the texts of two vectors in three are messages, the others chunks of documents. */
export interface Shelf {
  userId: string
  /** What can be found. */
  live: TextVector[]
  /** What can't: three in ten documents are deleted. */
  deleted: TextVector[]
}

export type TextVector = StoredVector & { text: TextOf }

/** Vectors of many users, and queries that are not among the searching user's own. */
export interface Library {
  /** 90 vectors in a few topics. */
  few: Shelf
  /** 300 vectors in a few topics. */
  small: Shelf
  /** In all topics but the first; more than the exact search takes on, where the place can bear it. */
  heavy: Shelf
  /** In the topics of the heavy user. Others have each of them stored exactly so. */
  queries: EmbeddingVector[]
  /** In the first topic, which is crowded, and not with the heavy user's vectors. */
  foreignQueries: EmbeddingVector[]
}

const FEW = 90
const SMALL = 300
const QUERIES = 20
const SEED = 20_261_122
/** One text in so many says the same word. */
export const WORDS = 50
/** A word of letters alone, with no ending that a language knows: others have parts and stems, which are found as well. */
const wordWith = (beginning: string, n: number): string =>
  `${beginning}${String(n).replaceAll(/\d/g, (digit) => 'bcdfghjklm'[Number(digit)] ?? '')}x`
/** In one text in {@link WORDS}. */
export const wordOf = (n: number): string => wordWith('word', n)
/** In one text of each user. */
export const numberOf = (n: number): string => wordWith('number', n)
/** One message in so many has the same `n`, and one document. */
const NUMBERS = 100

/** Fills the tables with `heavy` vectors of one user and `others` of other ones, mixed. */
export async function seedLibrary(place: Place, size: { heavy: number; others: number }): Promise<Library> {
  const random = createRandom(SEED)
  const topics = createTopics(40, random)
  const [crowded, rest] = [topics.slice(0, 1), topics.slice(1)]
  const few = withTexts(vectorsOf(randomUUID(), FEW, topics.slice(2, 6)), 10)
  const small = withTexts(vectorsOf(randomUUID(), SMALL, topics.slice(2, 6)), 10)
  const heavy = withTexts(vectorsOf(randomUUID(), size.heavy, rest), 40)
  const crowd = withTexts(vectorsOf(randomUUID(), size.others / 2, crowded), 40)
  const queries = vectorsOf('', QUERIES, rest).map(({ vector }) => vector)
  const decoys = queries.map((vector) => ({ userId: randomUUID(), id: randomUUID(), vector }))
  const stored: StoredVector[] = [
    ...few,
    ...small,
    ...heavy,
    ...crowd,
    ...Array.from({ length: 40 }, () => vectorsOf(randomUUID(), size.others / 80, topics)).flat(),
    ...decoys,
  ]
  const mixed = stored
    .map((vector) => ({ vector, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ vector }) => vector)
  await place.asSuperuser(async (superuser) => {
    await superuser.query('set session_replication_role = replica')
    await storeVectors(superuser, mixed)
    await storeTexts(
      superuser,
      mixed.filter((vector): vector is TextVector => vector.text !== undefined),
    )
    await superuser.query('set session_replication_role = origin')
    await vacuum(superuser)
  })
  return {
    few: shelfOf(few),
    small: shelfOf(small),
    heavy: shelfOf(heavy),
    queries,
    foreignQueries: vectorsOf('', QUERIES, crowded).map(({ vector }) => vector),
  }
}

const VISIBLE = `
  select bool_and(relallvisible >= relpages) as visible
  from pg_class where oid = any ('{chat_vectors,messages,document_chunks}'::regclass[])`

/** Until what is read off an index alone is: while an autovacuum worker looks at the database, rows seem too new for that. */
async function vacuum(superuser: Client): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    await superuser.query('vacuum analyze')
    const { rows } = await superuser.query<{ visible: boolean }>(VISIBLE)
    if (rows[0]?.visible) return
  }
  throw new Error('The visibility map stays behind')
}

function shelfOf(vectors: TextVector[]): Shelf {
  return {
    userId: vectors[0]?.userId ?? '',
    live: vectors.filter(({ text }) => !text.deleted),
    deleted: vectors.filter(({ text }) => text.deleted),
  }
}

/** Conversations as long as the documents are. */
function withTexts(vectors: StoredVector[], documents: number): TextVector[] {
  const perPlace = Math.max(1, Math.floor(vectors.length / 3 / documents))
  const places = Array.from({ length: Math.ceil(vectors.length / perPlace) + 1 }, () => randomUUID())
  return vectors.map((vector, i) => {
    const isChunk = i % 3 === 2
    const at = Math.floor(i / 3)
    const place = isChunk ? Math.floor(at / perPlace) : documents + 1 + Math.floor((i - at) / perPlace)
    const text: TextOf = {
      id: randomUUID(),
      kind: isChunk ? 'chunk' : 'message',
      placeId: places[place] ?? '',
      index: isChunk ? at % perPlace : (i - at) % perPlace,
      content: `What one says of ${numberOf(i)} and ${wordOf(Math.floor(i / 3) % WORDS)}, which is not much`,
      n: isChunk ? place % NUMBERS : (i - at) % NUMBERS,
      deleted: isChunk && place % 10 > 6,
    }
    return { ...vector, text }
  })
}

async function storeTexts(superuser: Client, vectors: readonly TextVector[]): Promise<void> {
  const texts = vectors.map(({ userId, text }) => ({ ...text, userId }))
  const from = `from jsonb_to_recordset($1::jsonb) as x
    ("userId" uuid, id uuid, "placeId" uuid, index int, content text, n int, deleted boolean)`
  const json = (kind: TextOf['kind']) => [JSON.stringify(texts.filter((text) => text.kind === kind))]
  for (const statement of [
    `insert into conversations (user_id, id, message_count) select "userId", "placeId", count(*) ${from} group by 1, 2`,
    `insert into messages (user_id, id, conversation_id, seq, depth, role, content, metadata)
     select "userId", id, "placeId", index + 1, index + 1, 'user', content, jsonb_build_object('n', n) ${from}`,
  ]) {
    await superuser.query(statement, json('message'))
  }
  for (const statement of [
    `insert into documents (user_id, id, title, content, content_hash, format, language, metadata, deleted_at, chunk_count)
     select "userId", "placeId", 'A document', '', '', 'text', 'simple'::regconfig, jsonb_build_object('n', n),
       case when deleted then now() end, count(*) ${from} group by "userId", "placeId", n, deleted`,
    `insert into document_chunks (user_id, id, document_id, position, content, hash, start_offset, end_offset, language)
     select "userId", id, "placeId", index, content, '', 0, 1, 'simple' ${from}`,
  ]) {
    await superuser.query(statement, json('chunk'))
  }
}

/** The way of requests into a place: over Neon's protocol, as a signed-in user. */
export async function openDoor(place: Place): Promise<{ as(userId: string): Database; close(): Promise<void> }> {
  const endpoint = await startNeonEndpoint({ upstream: place.upstream })
  const options = { connectionString: connectionString('parley_app', place, endpoint.port), timeoutMs: 30_000 }
  return {
    as: (userId) => asUser(options, createTrace('recall'), { userId, signInId: 'recall' }),
    close: () => endpoint.close(),
  }
}
