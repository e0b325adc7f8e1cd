import { type SQL, sql } from 'drizzle-orm'
import { inLiveDocument } from '../vectors/nearest.ts'
import { toPredicate } from './metadata-filter.ts'
import { type SearchFilter, SOURCES, type Source } from './schemas.ts'

/** What is searched, for both kinds of search. */
export interface Scope {
  sources: readonly Source[]
  /** Null: of all conversations, of all documents. */
  conversations: SQL
  documents: SQL
  /** What `app.passes` reads. */
  passing: SQL
  isFiltered: boolean
  hasTags: boolean
}

const uuids = (ids: readonly string[] | undefined): SQL => sql`${ids ? `{${ids.join(',')}}` : null}::uuid[]`

/** Whoever names conversations, or a role, asks for messages; whoever names documents asks for chunks. */
export function scopeOf(asked: readonly Source[], filter: SearchFilter): Scope {
  const { source, conversationId, documentId, role, tags, createdAfter, createdBefore, metadata } = filter
  const sources = SOURCES.filter(
    (name) =>
      asked.includes(name) &&
      (source?.includes(name) ?? true) &&
      (name === 'message' ? conversationId || !documentId : !role && (documentId || !conversationId)),
  )
  const passing = { roles: role, tags, createdAfter, createdBefore, metadata: metadata && toPredicate(metadata) }
  return {
    sources,
    conversations: uuids(conversationId),
    documents: uuids(documentId),
    passing: sql`${JSON.stringify(passing)}::jsonb`,
    hasTags: tags !== undefined,
    isFiltered: [conversationId, documentId, role, tags, createdAfter, createdBefore, metadata].some(Boolean),
  }
}

/**
 * The scope as a condition on `chat_vectors v`. It joins conversations for their tags only: those that are deleted have no
 * vectors, and going from one to the next costs twice what reading all messages of a user does.
 */
export function vectorsIn(userId: string, scope: Scope, model: string | null): SQL {
  const { sources, conversations, documents, passing, isFiltered, hasTags } = scope
  const ofModel = model === null ? sql`true` : sql`v.model = ${model}`
  if (!isFiltered) {
    const kinds = { message: sql`v.message_id is not null`, document: sql`v.chunk_id is not null` }
    return sql`${ofModel} and ${anyOf(sources.map((name) => kinds[name]))} and ${inLiveDocument(userId)}`
  }
  const kinds = {
    message: sql`v.message_id in (
      select m.id from messages m ${hasTags ? sql`join conversations c on c.user_id = ${userId} and c.id = m.conversation_id` : sql``}
      where m.user_id = ${userId} and m.deleted_at is null
        and (${conversations} is null or m.conversation_id = any (${conversations}))
        and app.passes(${passing}, m.role, ${hasTags ? sql`c.tags` : sql`null`}, m.created_at, m.metadata))`,
    document: sql`v.document_id in (
      select d.id from documents d
      where d.user_id = ${userId} and d.deleted_at is null and (${documents} is null or d.id = any (${documents}))
        and app.passes(${passing}, null, d.tags, d.created_at, d.metadata))`,
  }
  return sql`${ofModel} and ${anyOf(sources.map((name) => kinds[name]))}`
}

const anyOf = (conditions: SQL[]): SQL =>
  conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` or `)})`
