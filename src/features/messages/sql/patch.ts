import { sql } from 'drizzle-orm'
import { mergedMetadata } from '../../../db/metadata.ts'
import { textOf } from '../parts.ts'
import type { MessagePatch } from '../schemas.ts'

/** What a patch sets, column by column. */
export function toChanges({ content, parts, metadata, ...rest }: MessagePatch) {
  const text = content ?? (parts ? textOf(parts) : undefined)
  return {
    ...rest,
    ...(text === undefined ? {} : { content: text }),
    ...(parts !== undefined ? { parts } : content !== undefined ? { parts: withNewText(content) } : {}),
    ...(metadata === undefined ? {} : { metadata: mergedMetadata(metadata), hasMetadata: metadata !== null }),
  }
}

/**
 * The stored parts with another text, which takes the place of the first text part and of all others, and comes last where there
 * was none. What a provider said of the old text goes with it. With the text that they have, the parts stay as they are.
 */
const withNewText = (content: string) => sql`case when content = ${content}::text then parts else (
  select case when parts is not null then
    coalesce(jsonb_agg(case when n = first_text then text_part else part end order by n)
      filter (where part ->> 'type' <> 'text' or n = first_text and ${content}::text <> ''), '[]')
    || case when max(first_text) is null and ${content}::text <> '' then text_part else '[]' end
  end
  from (select jsonb_build_object('type', 'text', 'text', ${content}::text) as text_part) new
  left join (
    select part, n, min(n) filter (where part ->> 'type' = 'text') over () as first_text
    from jsonb_array_elements(case jsonb_typeof(parts) when 'array' then parts else '[]' end) with ordinality each (part, n)
  ) old on true
  group by text_part) end`
