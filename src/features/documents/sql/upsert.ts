import { eq, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { DocumentCreate } from '../schemas.ts'
import type { Cut } from './statements.ts'
import { documents } from '../table.ts'

/** A document as it is to be. */
export interface NewDocument extends Omit<DocumentCreate, 'id' | 'embedding' | 'model'>, Cut {
  userId: string
  id: string
  /** Where the client has asked for an id. */
  sentId: string | undefined
}

/** The row that is meant: by its external id where it has one, else by its id. */
export const targetDocument = ({ id, sentId, externalId }: Pick<NewDocument, 'id' | 'sentId' | 'externalId'>): SQL => {
  if (externalId === undefined) return eq(documents.id, id)
  const named = eq(documents.externalId, externalId)
  return sentId === undefined ? named : sql`${named} and ${eq(documents.id, sentId)}`
}

/**
 * Requests that make the same document of both an id and an external id would meet on the key of the one before that of the
 * other, where nothing is left but to fail: one waits until the other has ended.
 */
export const lockExternalId = (q: NeonHttpDatabase, { sentId, externalId }: NewDocument) =>
  q.execute(sql`
    select pg_advisory_xact_lock(hashtextextended(current_setting('app.user_id') || ${externalId ?? null}::text, 0))
    where ${sentId !== undefined && externalId !== undefined}::boolean`)

/**
 * Inserts the document, or makes the one of its external id what was sent: a deleted one comes back, one that is the same
 * already is not touched. Whoever makes it at the same moment is waited for. The content travels in this statement alone;
 * those behind it read the row.
 */
export function upsertStatement(document: NewDocument, isFirst: SQL): SQL {
  const { userId, id, sentId, externalId, title, content, format, language, chunking, metadata, tags } = document
  const { plan, own } = document
  const isMeant = sentId === undefined ? sql`true` : sql`d.id = ${sentId}`
  const hasOtherVector = own
    ? sql`not exists (
        select from document_chunks c join chat_vectors v on v.user_id = c.user_id and v.chunk_id = c.id
        where c.user_id = d.user_id and c.document_id = d.id and v.client_provided and v.model = ${own.model}
          and v.client_embedding = ${own.vector.embedding}::vector)`
    : sql`false`
  return sql`
    insert into documents as d (user_id, id, external_id, title, content, content_hash, format, language, chunk_size,
      chunk_overlap, chunk_count, metadata, tags)
    select ${userId}::uuid, ${id}::uuid, ${externalId ?? null}::text, ${title}::text, content, ${hashOf(sql`content`)},
      ${format}::text, ${language}::regconfig, ${chunking?.size ?? null}::int, ${chunking?.overlap ?? null}::int,
      ${plan.count}::int, ${JSON.stringify(metadata)}::jsonb, ${sql.param(tags, documents.tags)}::text[]
    from (select ${content}::text as content) sent where ${isFirst}
    on conflict (user_id, external_id) do update
      set title = excluded.title, content = excluded.content, content_hash = excluded.content_hash,
        format = excluded.format, language = excluded.language, chunk_size = excluded.chunk_size,
        chunk_overlap = excluded.chunk_overlap, chunk_count = excluded.chunk_count, metadata = excluded.metadata,
        tags = excluded.tags, deleted_at = null, purge_after = null, updated_at = now(), version = d.version + 1
      where ${isMeant} and (d.deleted_at is not null or ${hasOtherVector}
        or (d.title, d.content_hash, d.format, d.language, d.chunk_size, d.chunk_overlap, d.metadata, d.tags)
          is distinct from (excluded.title, excluded.content_hash, excluded.format, excluded.language,
            excluded.chunk_size, excluded.chunk_overlap, excluded.metadata, excluded.tags))`
}

/** SHA-256 of the UTF-8 bytes, in hex. */
export const hashOf = (content: SQL): SQL => sql`encode(sha256(convert_to(${content}, 'UTF8')), 'hex')`
