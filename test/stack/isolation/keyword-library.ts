import { randomBytes } from 'node:crypto'
import type { Client } from 'pg'
import type { Dice } from './fuzz/dice.ts'

export const SIGNATURE = 'app.keyword_search(jsonb, app.search_scope, int)'

interface Reader {
  userId: string
  /** In each of their texts, and in nobody else's. */
  word: string
  /** In the title of their conversation, and nowhere else. */
  titleWord: string
  conversationId: string
  documentId: string
  /** Of their messages and chunks, in order. */
  ids: string[]
}

export interface Library {
  ada: Reader
  eve: Reader
  /** In everybody's texts. */
  common: string
}

/** Two users with three messages and three chunks each, straight into the tables. */
export async function fill(client: Client): Promise<Library> {
  const common = 'harbour'
  const settle = async (word: string): Promise<Reader> => {
    const [userId, conversationId, documentId] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
    const metadata = JSON.stringify({ of: word, n: 1 })
    await client.query(`insert into users (id, email) values ($1, $2)`, [userId, `${word}@example.com`])
    const titleWord = `t${word}`
    await client.query(`insert into conversations (user_id, id, title, tags) values ($1, $2, $3, '{red}')`, [
      userId,
      conversationId,
      `${titleWord} ${common}`,
    ])
    await client.query(
      `insert into documents (user_id, id, title, content, content_hash, format, language, tags, metadata)
       values ($1, $2, $3, $3, '', 'text', 'english', '{red}', $4)`,
      [userId, documentId, word, metadata],
    )
    const ids: string[] = []
    for (let i = 1; i <= 3; i++) {
      const [message, chunk] = [crypto.randomUUID(), crypto.randomUUID()]
      await client.query(
        `insert into messages (user_id, id, conversation_id, seq, depth, role, content, metadata)
         values ($1, $2, $3, $4, $4, 'user', $5, $6)`,
        [userId, message, conversationId, i, `${word} ${common} ${i}`, metadata],
      )
      await client.query(
        `insert into document_chunks
           (user_id, id, document_id, position, content, hash, start_offset, end_offset, language)
         values ($1, $2, $3, $4, $5, '', 0, 1, 'english')`,
        [userId, chunk, documentId, i, `${word} ${common} ${i}`],
      )
      ids.push(`${conversationId}/${message}`, chunk)
    }
    return { userId, word, titleWord, conversationId, documentId, ids: ids.sort() }
  }
  // Letters only: a word with digits has parts, which are found as well.
  const suffix = Array.from(randomBytes(8), (byte) => String.fromCharCode(97 + (byte % 26))).join('')
  return { ada: await settle(`adax${suffix}`), eve: await settle(`evex${suffix}`), common }
}

export interface Arguments {
  /** As `readQuery` reads a query, or anything else. */
  asked: object | null
  /** As `app.resolve_scope` takes it. */
  scope?: object | null
  /** The scope as it stands, with conversations and documents that nobody has looked up. */
  unresolved?: boolean
  wanted?: number | null
}

/** Calls the function for a user, or with no setting at all. @returns ids in order */
export async function hitsOf(client: Client, userId: string | null, args: Arguments): Promise<string[]> {
  const { asked, scope = {}, unresolved = false, wanted = 200 } = args
  const scoped = scope && JSON.stringify({ sources: ['message', 'document'], ...scope })
  await client.query('begin')
  try {
    if (userId !== null) await client.query(`select set_config('app.user_id', $1, true)`, [userId])
    const { rows } = await client.query<{ id: string }>(
      `select id from app.keyword_search($1, ${
        unresolved
          ? 'jsonb_populate_record(null::app.search_scope, $2)'
          : 'app.resolve_scope(app.current_user_id(), $2)'
      }, $3)`,
      [asked && JSON.stringify(asked), scoped, wanted],
    )
    return rows.map(({ id }) => id).sort()
  } finally {
    await client.query('rollback')
  }
}

/** Arguments as no client of the API could make them, mostly about what is another's. */
export function randomArguments(dice: Dice, { ada, eve, common }: Library): Arguments {
  const some = <T>(from: readonly T[]): T[] => Array.from({ length: dice.int(3) }, () => dice.pick(from) as T)
  const words = [common, ada.word, eve.word, eve.titleWord, ada.titleWord, 'or', '"', "'", eve.word.slice(0, 4), '']
  const text = () => Array.from({ length: 1 + dice.int(3) }, () => dice.pick(words)).join(' ')
  const oddly = <T>(value: T) => (dice.chance(2) ? dice.pick([null, 7, 'word', {}, [[[]]], [null]]) : value)
  const path = dice.pick([
    '$.of == $w',
    '$.of == $missing',
    '$.n / 0 == 1',
    '$.** like_regex "e"',
    '!($.of == $w)',
    'exists ($.of)',
    '$',
    'strict $.nothing.there == 1',
    '$.of starts with "eve"',
    'not a path',
  ])
  return {
    asked: dice.chance(3)
      ? null
      : {
          text: oddly(text()),
          ...(dice.chance(30) && { required: oddly([some(words), some(words)]) }),
          ...(dice.chance(30) && { excluded: oddly([text()]) }),
          ...(dice.chance(30) && { hints: oddly([{ text: text(), weight: oddly(0.5) }]) }),
          ...(dice.chance(50) && { prefix: oddly(dice.chance(50)) }),
          ...(dice.chance(50) && { all: oddly(dice.chance(30)) }),
        },
    scope: dice.chance(4)
      ? null
      : {
          ...(dice.chance(20) && { sources: null }),
          ...(dice.chance(20) && { sources: some(['message', 'document', 'user', null]) }),
          ...(dice.chance(30) && { conversations: some([ada.conversationId, eve.conversationId, null]) }),
          ...(dice.chance(30) && { documents: some([ada.documentId, eve.documentId, null]) }),
          ...(dice.chance(30) && { hidden_conversations: some([ada.conversationId, eve.conversationId, null]) }),
          ...(dice.chance(30) && { hidden_documents: [] }),
          ...dice.pick([
            {},
            {},
            {},
            { roles: some(['user', 'tool']) },
            { tags: some(['red', 'blue']) },
            { created_after: '1970-01-01' },
            { created_before: 'infinity' },
            { created_after: 'whenever' },
            { metadata_path: path, metadata_vars: { w: dice.pick([ada.word, eve.word]) } },
            { metadata_path: path, metadata_vars: 7 },
          ]),
        },
    unresolved: dice.chance(30),
    wanted: dice.pick([200, 200, 1, 0, null, 2_000_000_000, -1]) ?? null,
  }
}
