-- Hits as JSON, in order: of each text, message or chunk by its `text_id` (see app.nearest), as many characters as asked for, what it
-- belongs to, a passage with the words that are asked for (see app.passage_of), and what `scoring` says. Ids are taken apart first, as in
-- app.similarities.
CREATE OR REPLACE FUNCTION app.show_found(owner uuid, sources text[], ids text[], asked jsonb, scoring jsonb[], most_content int) RETURNS json
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  forms text[];
  -- Without the mark of short stems (see app.stem_of), for texts of other languages than English.
  bare_forms text[];
  beginning text := CASE WHEN (asked ->> 'prefix')::boolean THEN app.folded(lower(substring(asked ->> 'text' FROM '[[:alnum:]]+$') COLLATE pg_c_utf8)) END;
  places text[];
BEGIN
  WITH words AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(app.words_asked(asked)) AS w (kind text, forms text[])), shown AS (
    SELECT * FROM words WHERE kind <> 'stop' OR NOT EXISTS (SELECT FROM words WHERE kind <> 'stop')
  ), patterns AS (
    SELECT string_agg(CASE WHEN form ~ '^[[:alnum:]]' THEN '\m' ELSE '' END || regexp_replace(form, '([!-/:-@[-`{-~])', '\\\1', 'g'), '|') AS pattern,
      max(length(form)) AS length
    FROM shown s CROSS JOIN LATERAL (SELECT DISTINCT rtrim(form, '~') AS form FROM unnest(s.forms) form) f GROUP BY s.forms
  )
  SELECT (SELECT array_agg(form) FROM shown, unnest(shown.forms) form), (SELECT array_agg(rtrim(form, '~')) FROM shown, unnest(shown.forms) form),
    -- Words side by side first.
    (SELECT array_agg('\m' || regexp_replace(regexp_replace(app.folded(lower(trim(phrase) COLLATE pg_c_utf8)), '([!-/:-@[-`{-~])', '\\\1', 'g'), '\s+', '[^[:alnum:]]+', 'g'))
      FROM (SELECT jsonb_array_elements_text(jsonb_array_elements(asked -> 'required')) AS phrase UNION ALL SELECT asked ->> 'text') phrases
      WHERE phrase ~ '\S\s+\S' AND length(phrase) <= 200)
      || (SELECT array_agg(pattern ORDER BY length DESC) FROM (SELECT * FROM patterns ORDER BY length DESC LIMIT 3) longest)
      || (SELECT string_agg(pattern, '|') FROM patterns)
  INTO forms, bare_forms, places;
  RETURN (
    SELECT json_agg((left((t.place || h.scoring || jsonb_build_object('source', h.source, 'id', t.id,
      'content', left(c.head, most_content), 'truncated', length(c.head) > most_content,
      'highlight', CASE WHEN forms IS NOT NULL THEN app.passage_of(c.head, t.dictionaries,
        CASE WHEN t.dictionaries = '{english_stem}'::regdictionary[] THEN forms ELSE bare_forms END, beginning, places) END,
      'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text, -1)
      -- As text, because jsonb would copy all of it with each ||.
      || ', "metadata": ' || t.metadata::text || '}')::json ORDER BY h.number)
    FROM (
      SELECT *, split_part(id, '/', 1) AS conversation_id, split_part(id, '/', 2) AS message_id,
        CASE WHEN source = 'document' THEN id::uuid END AS chunk_id
      FROM unnest(sources, ids, scoring) WITH ORDINALITY AS hit (source, id, scoring, number) OFFSET 0) h
    CROSS JOIN LATERAL (
      SELECT m.id::text AS id, m.content, app.dictionaries_of(m.content) AS dictionaries, m.metadata, m.created_at,
        jsonb_build_object('conversationId', m.conversation_id, 'role', m.role, 'seq', m.seq) AS place
      FROM messages m WHERE h.source = 'message' AND m.user_id = owner AND m.conversation_id = h.conversation_id
        AND m.id = h.message_id AND m.deleted_at IS NULL
      UNION ALL
      SELECT k.id::text, k.content, CASE k.language WHEN 'simple'::regconfig THEN app.dictionaries_of(k.content) ELSE ARRAY[(k.language::text || '_stem')::regdictionary] END, d.metadata, d.created_at,
        jsonb_build_object('documentId', k.document_id, 'title', d.title, 'headings', k.headings, 'tableHead', k.table_head,
          'position', k.position, 'start', k.start_offset, 'end', k.end_offset)
      FROM document_chunks k JOIN documents d ON d.user_id = owner AND d.id = k.document_id AND d.deleted_at IS NULL
      WHERE h.source = 'document' AND k.user_id = owner AND k.id = h.chunk_id) t
    -- No more of a long text is read than is looked at.
    CROSS JOIN LATERAL (SELECT left(t.content, 20000) AS head OFFSET 0) c);
END
$$;
REVOKE ALL ON FUNCTION app.show_found(uuid, text[], text[], jsonb, jsonb[], int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.show_found(uuid, text[], text[], jsonb, jsonb[], int) TO parley_app;
