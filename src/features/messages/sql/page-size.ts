import { type SQL, sql } from 'drizzle-orm'
import { LARGE_PART_BYTES, OMITTED_PART } from '../part-bounds.ts'

/*
 * Neon caps an answer at 10 MiB of JSON. What a message takes of it is bounded without looking at its characters: a control character of
 * a text takes six bytes; of JSON within JSON, a byte takes two (docs/decisions/038-messages-as-they-come.md).
 */

const MIB = 1024 * 1024
/** So much of a page are whole messages; of what follows, large parts are left out. A page that is full even so ends early. */
const WHOLE_BYTES = 7 * MIB
const PAGE_BYTES = 9 * MIB

const textBytes = (column: SQL) => sql`coalesce(octet_length(${column}), 0)`

/** What a row of messages takes at most in an answer, in bytes. `parts` is read where it lies out of line. */
export const answerSize = (row: SQL, parts: SQL = sql`${row}.parts`): SQL => sql`(1000
  + 6 * (${textBytes(sql`${row}.content`)} + ${textBytes(sql`${row}.reasoning`)})
  + 2 * (${textBytes(sql`${row}.metadata::text`)} + ${textBytes(sql`${row}.usage::text`)}
    + ${textBytes(sql`${row}.attachments::text`)} + ${textBytes(sql`${parts}::text`)}))`

/** The parts of `m`, without those that are large. Texts stay: they are bounded together. */
const withoutLarge = sql`
  select jsonb_agg(case when large then jsonb_build_object('type', ${OMITTED_PART}::text, 'data',
      jsonb_build_object('type', part -> 'type', 'bytes', octet_length(part::text))) else part end order by n) as parts,
    bool_or(large) as some
  from jsonb_array_elements(case jsonb_typeof(m.parts) when 'array' then m.parts else '[]' end) with ordinality each (part, n)
  cross join lateral (
    select pg_column_size(part) > ${LARGE_PART_BYTES}::int and part ->> 'type' is distinct from 'text' as large) is_large
  where not m.whole`

/**
 * As many of these rows as fit into an answer. There is always the first one, and it is whole. `found` says how many rows there were;
 * `shown_parts` are the parts to show, and `parts_omitted` says that some are not whole.
 *
 * @param rows a select of messages, with whatever else the page shows
 * @param order of the page
 */
export const fitting = (rows: SQL, order: SQL): SQL => sql`
  select * from (
    select m.*, case when small.some then small.parts else m.parts end as shown_parts, coalesce(small.some, false) as parts_omitted,
      sum(case when small.some then ${answerSize(sql`m`, sql`small.parts`)} else m.size end) over page as bytes
    from (
      select m.*, row_number() over page as place, count(*) over () as found,
        row_number() over page = 1 or sum(m.size) over page <= ${WHOLE_BYTES}::int as whole
      from (select m.*, ${answerSize(sql`m`)} as size from (${rows}) m) m
      window page as (order by ${order})) m
    left join lateral (${withoutLarge}) small on true
    window page as (order by ${order})) m
  where place = 1 or bytes <= ${PAGE_BYTES}::int`

export const pageColumns = {
  found: sql<number>`found`.mapWith(Number).as('found'),
  parts: sql<unknown>`shown_parts`.as('shown_parts'),
  partsOmitted: sql<boolean>`parts_omitted`.as('parts_omitted'),
}
