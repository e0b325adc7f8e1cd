import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asUser, type Database } from '../../../src/db/database.ts'
import type { EmbeddingVector } from '../../../src/embeddings/vector.ts'
import { createTrace } from '../../../src/trace.ts'
import type { Place } from './places.ts'
import { createRandom, createTopics, type StoredVector, storeVectors, vectorsOf } from './vectors.ts'

/** Vectors of many users, and queries that are not among the searching user's own. */
export interface Library {
  /** 300 vectors in a few topics, each of a message. */
  small: StoredVector[]
  /** In all topics but the first; more than the exact search takes on, where the place can bear it. */
  heavy: StoredVector[]
  /** Of those, the few that belong to messages. */
  heavyMessages: StoredVector[]
  /** In the topics of the heavy user. Others have each of them stored exactly so. */
  queries: EmbeddingVector[]
  /** In the first topic, which is crowded, and not with the heavy user's vectors. */
  foreignQueries: EmbeddingVector[]
}

const SMALL = 300
const QUERIES = 20
const SEED = 20_261_122

/** Fills `chat_vectors` with `heavy` vectors of one user and `others` of other ones, mixed. */
export async function seedLibrary(place: Place, size: { heavy: number; others: number }): Promise<Library> {
  const random = createRandom(SEED)
  const topics = createTopics(40, random)
  const [crowded, rest] = [topics.slice(0, 1), topics.slice(1)]
  const small = vectorsOf(randomUUID(), SMALL, topics.slice(2, 6))
  const heavy = vectorsOf(randomUUID(), size.heavy, rest)
  const library: Library = {
    small,
    heavy,
    heavyMessages: heavy.filter((_, i) => i % (size.heavy / 5) === 0),
    queries: vectorsOf('', QUERIES, rest).map(({ vector }) => vector),
    foreignQueries: vectorsOf('', QUERIES, crowded).map(({ vector }) => vector),
  }
  const decoys = library.queries.map((vector) => ({ userId: randomUUID(), id: randomUUID(), vector }))
  const stored = [
    ...small,
    ...heavy,
    ...vectorsOf(randomUUID(), size.others / 2, crowded),
    ...Array.from({ length: 40 }, () => vectorsOf(randomUUID(), size.others / 80, topics)).flat(),
    ...decoys,
  ]
  const mixed = stored
    .map((vector) => ({ vector, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ vector }) => vector)
  await place.asSuperuser(async (superuser) => {
    await storeVectors(superuser, mixed)
    await giveMessages(superuser, small)
    await giveMessages(superuser, library.heavyMessages)
    await superuser.query('vacuum analyze')
  })
  return library
}

/** Makes a message for each vector, all in one conversation. */
async function giveMessages(superuser: Client, vectors: readonly StoredVector[]): Promise<void> {
  const ids = vectors.map(({ id }) => id)
  const conversationId = randomUUID()
  await superuser.query('insert into conversations (user_id, id) values ($1, $2)', [vectors[0]?.userId, conversationId])
  await superuser.query(
    `insert into messages (user_id, id, conversation_id, seq, depth, role, content)
     select user_id, id, $2, row_number() over (), row_number() over (), 'user', 'A text' from chat_vectors where id = any ($1::uuid[])`,
    [ids, conversationId],
  )
  await superuser.query('update chat_vectors set message_id = id where id = any ($1::uuid[])', [ids])
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
