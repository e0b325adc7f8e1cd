import { eq, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { metadataFits } from '../../../db/metadata.ts'
import { storeNewText } from '../../documents/sql/statements.ts'
import { documents } from '../../documents/table.ts'
import { hashOf } from '../../documents/sql/upsert.ts'
import type { ImportedDocument, RowStatus } from '../rows.ts'
import type { ImportOptions } from './statements.ts'

/**
 * Stores a document with its chunks, unless its id or its external id is here. The first statement tells what became of it; its
 * content travels in that one alone.
 */
export const storeDocument = (
  q: NeonHttpDatabase,
  { userId, retentionDays }: ImportOptions,
  document: ImportedDocument,
) => {
  const { id, externalId, title, content, format, language, chunking, plan, tags, metadata } = document
  const { createdAt, updatedAt, deletedAt } = document
  const deleted = sql`${deletedAt ?? null}::timestamptz`
  return [
    q.execute<{ status: RowStatus }>(sql`
      with sent as materialized (select ${content}::text as content, ${JSON.stringify(metadata)}::jsonb as metadata),
      added as (
        insert into documents (user_id, id, external_id, title, content, content_hash, format, language, chunk_size,
          chunk_overlap, chunk_count, metadata, tags, created_at, updated_at, deleted_at, purge_after)
        select ${userId}::uuid, ${id}::uuid, ${externalId ?? null}::text, ${title}::text, content, ${hashOf(sql`content`)},
          ${format}::text, ${language}::regconfig, ${chunking?.size ?? null}::int, ${chunking?.overlap ?? null}::int,
          ${plan.count}::int, metadata, ${sql.param(tags, documents.tags)}::text[],
          coalesce(${createdAt ?? null}::timestamptz, now()), coalesce(${updatedAt ?? createdAt ?? null}::timestamptz, now()),
          ${deleted}, case when ${deleted} is not null then now() + make_interval(days => ${retentionDays}) end
        from sent where ${metadataFits(sql`metadata`)}
        on conflict do nothing
        returning id)
      select case when exists (select from added) then 'taken' when not ${metadataFits(sql`metadata`)} then 'metadata'
        else 'skipped' end as status
      from sent`),
    ...storeNewText(q, { userId, which: eq(documents.id, id) }, document),
  ]
}
