import { type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { type Search, searchStatement } from '../../search/sql/statement.ts'

/** How much of the chunks around a gap is compared, to know that it is the right one. */
const AROUND = 16
const LONGEST_GAP = 64

export const foundRow = z.object({
  /** By conversation. */
  titles: z.record(z.string(), z.string()).nullable(),
  gaps: z.array(z.object({ documentId: z.string(), start: z.int(), end: z.int(), around: z.string() })).nullable(),
})
export type GapRow = NonNullable<z.output<typeof foundRow>['gaps']>[number]

/**
 * A search, with the titles of the conversations that it found messages of, and the text around the white space between chunks
 * that follow each other. Offsets count UTF-16 units and Postgres characters: whether it is the right text shows in what is around it.
 */
export const foundStatement = (userId: string, search: Search): SQL => sql`
  with found as materialized (${searchStatement(userId, search)}),
  hit as materialized (
    select h ->> 'conversationId' as conversation_id, (h ->> 'documentId')::uuid as document_id,
      (h ->> 'position')::int as position, (h ->> 'start')::int as first, (h ->> 'end')::int as last
    from found, json_array_elements(hits::json) h)
  select found.*,
    (select jsonb_object_agg(c.id, coalesce(c.title, c.derived_title)) from conversations c
      where c.user_id = ${userId} and c.id in (select conversation_id from hit where conversation_id is not null)
        and coalesce(c.title, c.derived_title) is not null) as titles,
    (select jsonb_agg(jsonb_build_object('documentId', d.id, 'start', a.last, 'end', b.first,
        'around', substr(d.content, greatest(1, a.last + 1 - ${AROUND}::int),
          least(a.last, ${AROUND}::int) + b.first - a.last + ${AROUND}::int)))
      from hit a join hit b on b.document_id = a.document_id and b.position = a.position + 1
        and b.first - a.last between 1 and ${LONGEST_GAP}::int
      join documents d on d.user_id = ${userId} and d.id = a.document_id and d.deleted_at is null) as gaps
  from found`

/** The white space of a gap between these two texts; null where what was read is not from there. */
export function gapIn({ around, start, end }: GapRow, before: string, after: string): string | null {
  const gapStart = Math.min(AROUND, start)
  const gapEnd = gapStart + end - start
  const [lead, gap, rest] = [around.slice(0, gapStart), around.slice(gapStart, gapEnd), around.slice(gapEnd)]
  const common = Math.min(rest.length, after.length)
  const isRight =
    gap.length === end - start &&
    gap.trim() === '' &&
    lead.endsWith(before.slice(-AROUND)) &&
    rest.slice(0, common) === after.slice(0, common)
  return isRight ? gap : null
}
