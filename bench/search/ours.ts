import type { Client } from 'pg'
import { readQuery } from '../../src/features/search/query.ts'
import { createSearchRepository } from '../../src/features/search/repository.ts'
import type { Search } from '../../src/features/search/sql/statement.ts'
import { type Batch, buildBatch } from '../write/batch.ts'
import { MODEL } from './load.ts'
import type { Question } from './questions.ts'

/** What a side found, best first, and what the call took in milliseconds. */
export interface Answer {
  ids: string[]
  milliseconds: number
}

export const SIGN_IN = 'bench'

/** The search as Parley makes it: of a text where there are words, else of an embedding. */
export function searchOf({ kind, vector, words, filter, n, conversations, documents, limit }: Question): Search {
  const mode = kind === 'semantic' ? 'semantic' : kind === 'hybrid' ? 'hybrid' : 'keyword'
  return {
    mode,
    words: mode === 'semantic' ? null : { ...readQuery(words.join(' ')), prefix: false, all: false },
    floor: null,
    vector: mode === 'keyword' ? null : vector,
    model: MODEL,
    sources: ['message', 'document'],
    filter: {
      ...(filter === 'metadata' && { metadata: { key: 'n', eq: n } }),
      ...(filter === 'place' && { conversationId: conversations, documentId: documents }),
    },
    threshold: undefined,
    limit,
    groupBy: undefined,
    context: 0,
    fusion: { method: 'score', k: 60, weights: {} },
    after: null,
    marked: true,
  }
}

/**
 * The batch that Parley's repository sends for a search, without prepared statements, as Neon's proxy runs it: begin, who
 * asks, the settings, the search, commit, all sent at once.
 *
 * @param client of `parley_app`; pipelines, and leaves values as text
 */
export async function askParley(client: Client, question: Question): Promise<Answer> {
  const { readOnly, statements } = await batchOf(question)
  const started = performance.now()
  const [, ...results] = await Promise.all([
    client.query(readOnly ? 'start transaction read only' : 'start transaction'),
    ...statements.map(({ query, params }) => client.query<{ hits?: string }>(query, params)),
    client.query('commit'),
  ])
  const milliseconds = performance.now() - started
  return { ids: idsOf(results[statements.length - 1]?.rows[0], question), milliseconds }
}

/**
 * The same statement alone, where no row-level security applies.
 *
 * @param client of a superuser, with the settings of a search
 */
export async function askUnprotected(client: Client, question: Question): Promise<Answer> {
  const { statements } = await batchOf(question)
  const { query = '', params } = statements.at(-1) ?? {}
  // The keyword search asks who asks.
  await client.query(`set app.user_id = '${question.owner.userId}'`)
  const started = performance.now()
  const { rows } = await client.query<{ hits?: string }>(query, params)
  const milliseconds = performance.now() - started
  return { ids: idsOf(rows[0], question), milliseconds }
}

function batchOf(question: Question): Promise<Batch> {
  const { userId } = question.owner
  return buildBatch({ userId, signInId: SIGN_IN }, (db) =>
    createSearchRepository(db, userId).search(searchOf(question)),
  )
}

function idsOf(row: { hits?: string } | undefined, { limit }: Question): string[] {
  const hits = JSON.parse(row?.hits ?? '') as { id: string }[]
  return hits.slice(0, limit).map(({ id }) => id)
}
