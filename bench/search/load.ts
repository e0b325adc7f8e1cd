import type { Client, QueryConfig } from 'pg'
import { withoutTriggers } from '../seed.ts'
import { vectorInsert } from '../seed-vectors.ts'
import { shuffle, uuidOf } from './random.ts'
import { textOf } from './texts.ts'
import type { VectorSource } from './vectors.ts'

export const MODEL = 'bench'
/** How many texts share a document, and a conversation unless it is said otherwise. */
const PER_PLACE = 100
const BATCH = 250

/** Somebody with so many vectors: two of three belong to messages, the others to chunks of documents. */
export interface Owner {
  userId: string
  vectors: number
  conversations: string[]
  documents: string[]
  /** How many messages a conversation has. */
  perConversation: number
}

/** What differs from a library of anybody's. */
export interface LibraryOptions {
  /** Who has which size. */
  userIds?: readonly string[]
  /** What the vectors say that they were made by. */
  model?: string
  perConversation?: (messages: number) => number
}

const messagesOf = ({ vectors }: Pick<Owner, 'vectors'>): number => Math.ceil((vectors * 2) / 3)

interface Row {
  owner: Owner
  /** Counts the messages, or the chunks, of this owner. */
  place: number
  isMessage: boolean
}

/**
 * Users with so many vectors each, their texts and what these belong to. Rows of different users are mixed, as they are
 * where many write over the years; whose topics are whose is up to chance. A message, or a document, has a number from 0 to
 * 99 as `metadata.n`.
 */
export async function loadLibrary(
  superuser: Client,
  sizes: readonly number[],
  source: VectorSource,
  random: () => number,
  { userIds = [], model = MODEL, perConversation = () => PER_PLACE }: LibraryOptions = {},
): Promise<Owner[]> {
  const owners = sizes.map((vectors, i): Owner => {
    const ids = (texts: number, each: number) => Array.from({ length: Math.ceil(texts / each) }, () => uuidOf(random))
    const messages = messagesOf({ vectors })
    const each = perConversation(messages)
    return {
      userId: userIds[i] ?? uuidOf(random),
      vectors,
      conversations: ids(messages, each),
      documents: ids(vectors - messages, PER_PLACE),
      perConversation: each,
    }
  })
  await superuser.query('set synchronous_commit = off')
  // Indexes are built faster than they grow.
  const indexes = await dropIndexes(superuser)
  await withoutTriggers(superuser, async () => {
    await addPlaces(superuser, owners)
    await addTexts(superuser, owners, { source, random, model })
  })
  await superuser.query(`set maintenance_work_mem = '1GB'`)
  for (const definition of indexes) await superuser.query(definition)
  await superuser.query('vacuum analyze')
  return owners
}

async function addTexts(
  superuser: Client,
  owners: readonly Owner[],
  { source, random, model }: { source: VectorSource; random: () => number; model: string },
): Promise<void> {
  const rows = owners.flatMap((owner) => {
    const messages = messagesOf(owner)
    return Array.from({ length: owner.vectors }, (_, i): Row => {
      const isMessage = i < messages
      return { owner, place: isMessage ? i : i - messages, isMessage }
    })
  })
  shuffle(rows, random)
  let stored: Promise<unknown> = Promise.resolve()
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH)
    const ids = batch.map(() => uuidOf(random))
    const texts = batch.map(() => textOf(random))
    const vectors = batch.map(() => source.next())
    const insert = vectorInsert(
      batch.map(({ owner, place, isMessage }, i) => ({
        userId: owner.userId,
        id: uuidOf(random),
        ...(isMessage
          ? { conversationId: placeOf(owner, place, true), messageId: ids[i] }
          : { chunkId: ids[i], documentId: placeOf(owner, place, false) }),
        vector: vectors[i] ?? new Float32Array(),
      })),
      model,
    )
    await stored
    stored = store(superuser, { rows: batch, ids, texts, insert })
  }
  await stored
}

interface Batch {
  rows: readonly Row[]
  ids: string[]
  texts: string[]
  insert: QueryConfig
}

async function store(superuser: Client, { rows, ids, texts, insert }: Batch): Promise<void> {
  await superuser.query(addMessages(columns(rows, ids, texts, true)))
  await superuser.query(addChunks(columns(rows, ids, texts, false)))
  await superuser.query(insert)
}

async function dropIndexes(superuser: Client): Promise<string[]> {
  const { rows } = await superuser.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid = any ('{chat_vectors,messages,document_chunks}'::regclass[]) and not indisprimary`,
  )
  for (const { name } of rows) await superuser.query(`drop index ${name}`)
  return rows.map(({ definition }) => definition)
}

async function addPlaces(superuser: Client, owners: readonly Owner[]): Promise<void> {
  const all = (ids: 'conversations' | 'documents') => [
    owners.flatMap((owner) => owner[ids].map(() => owner.userId)),
    owners.flatMap((owner) => owner[ids]),
    owners.flatMap((owner) => countsOf(owner, ids)),
  ]
  await superuser.query(`insert into users (id, email) select id, id || '@example.com' from unnest($1::uuid[]) id`, [
    owners.map(({ userId }) => userId),
  ])
  await superuser.query(
    `insert into conversations (user_id, id, title, message_count) select user_id, id, 'Conversation ' || n, texts
     from unnest($1::uuid[], $2::uuid[], $3::int[]) with ordinality as x (user_id, id, texts, n)`,
    all('conversations'),
  )
  await superuser.query(
    `insert into documents (user_id, id, title, content, content_hash, format, language, chunk_count, metadata)
     select user_id, id, 'Document ' || n, 'The whole text', '', 'text', 'simple', texts, jsonb_build_object('n', n % 100, 'kind', 'note')
     from unnest($1::uuid[], $2::uuid[], $3::int[]) with ordinality as x (user_id, id, texts, n)`,
    all('documents'),
  )
}

/** The conversation, or the document, of a text. */
const placeOf = ({ conversations, documents, perConversation }: Owner, place: number, isMessage: boolean) =>
  isMessage ? conversations[Math.floor(place / perConversation)] : documents[Math.floor(place / PER_PLACE)]

/** How many texts each conversation, or document, has: all but the last are full. */
function countsOf(owner: Owner, ids: 'conversations' | 'documents'): number[] {
  const messages = messagesOf(owner)
  const texts = ids === 'conversations' ? messages : owner.vectors - messages
  const each = ids === 'conversations' ? owner.perConversation : PER_PLACE
  return owner[ids].map((_, i) => Math.min(each, texts - i * each))
}

const columns = (rows: readonly Row[], ids: string[], texts: string[], isMessage: boolean) => {
  const chosen = rows.flatMap((row, i) => (row.isMessage === isMessage ? [{ ...row, id: ids[i], text: texts[i] }] : []))
  return [
    chosen.map(({ owner }) => owner.userId),
    chosen.map(({ id }) => id),
    chosen.map(({ owner, place }) => placeOf(owner, place, isMessage)),
    chosen.map(({ owner, place }) => (place % (isMessage ? owner.perConversation : PER_PLACE)) + 1),
    chosen.map(({ text }) => text),
  ]
}

const addMessages = (values: unknown[]) => ({
  name: 'messages',
  text: `insert into messages (user_id, id, conversation_id, seq, depth, role, content, metadata)
    select user_id, id, conversation_id, seq, seq, (array['assistant', 'user'])[1 + seq % 2], content,
      jsonb_build_object('n', floor(random() * 100)::int, 'kind', 'note')
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[]) as x (user_id, id, conversation_id, seq, content)`,
  values,
})

const addChunks = (values: unknown[]) => ({
  name: 'chunks',
  text: `insert into document_chunks (user_id, id, document_id, position, content, hash, start_offset, end_offset, language)
    select user_id, id, document_id, position, content, md5(content), 0, length(content), 'simple'
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[]) as x (user_id, id, document_id, position, content)`,
  values,
})
