-- Hits as JSON, in order: of each text, message or chunk by its `text_id` (see app.nearest), as many characters as asked for,
-- what it belongs to, and what `scoring` says. Where `words` stand, passages with them: the words are between U+0002 and U+0003,
-- and U+0004 stands for `<`, which would begin a tag: these are left out by ts_headline, which reads all that it gets, and takes the
-- square of how often the words are in it: so all texts together have 60,000 characters read, each from a little before the first
-- of the words on, which is looked for in 20,000. Words may be long: passages begin a little before the first mark. Ids are taken
-- apart first, as in app.similarities.
CREATE OR REPLACE FUNCTION app.show_hits(owner uuid, sources text[], ids text[], words tsquery[], scoring jsonb[], most_content int) RETURNS json
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  options constant text := E'StartSel=\x02, StopSel=\x03, MaxFragments=2, MaxWords=30, MinWords=10, ShortWord=0, FragmentDelimiter=" … "';
  most_read constant int := least(20000, greatest(1000, 60000 / greatest(1, cardinality(ids))));
  -- For each hit, what its words look like in a text: a phrase as a whole, or any of the words.
  wholes text[] := '{}';
  parts text[] := '{}';
  hit_words tsquery;
  whole text;
BEGIN
  FOREACH hit_words IN ARRAY coalesce(words, '{}') LOOP
    whole := (
      SELECT '(?:^|\W)(?:' || string_agg(CASE
        WHEN token[1] LIKE '''%' THEN regexp_replace(replace(replace(substr(token[1], 2, length(token[1]) - 2), '''''', ''''), '\\', '\'),
          '([!-/:-@[-`{-~])', '\\\1', 'g')
        WHEN token[1] LIKE '<%' THEN '\W+'
        ELSE '|' END, '' ORDER BY number) || ')'
      FROM regexp_matches(hit_words::text, '(''(?:[^'']|'''')*''|<[-0-9]+>|[&|])', 'g') WITH ORDINALITY AS tokens (token, number));
    wholes := wholes || whole;
    parts := parts || replace(whole, '\W+', '|');
  END LOOP;
  RETURN (
    SELECT json_agg(t.place || h.scoring || jsonb_build_object('source', h.source, 'id', t.id,
      'content', left(t.content, most_content), 'truncated', length(t.content) > most_content,
      'highlight', CASE WHEN h.words IS NOT NULL THEN (
        SELECT substr(passages, greatest(1, strpos(passages, E'\x02') - 300), 2000)
        FROM (
          SELECT substr(t.content, CASE WHEN length(t.content) <= most_read THEN 1 ELSE greatest(1, coalesce(
            nullif(regexp_instr(lower(left(t.content, 20000)), wholes[h.number::int]), 0),
            nullif(regexp_instr(lower(left(t.content, 20000)), parts[h.number::int]), 0), 1) - 200) END, most_read) AS text) passage,
        ts_headline(t.language,
          CASE WHEN text ~ E'[<\x02-\x04]' THEN translate(text, E'<\x04\x02\x03', E'\x04') ELSE text END, h.words, options) passages) END,
      'metadata', t.metadata, 'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      ORDER BY h.number)
    FROM (
      SELECT *, split_part(id, '/', 1) AS conversation_id, split_part(id, '/', 2) AS message_id,
        CASE WHEN source = 'document' THEN id::uuid END AS chunk_id
      FROM unnest(sources, ids, words, scoring) WITH ORDINALITY AS hit (source, id, words, scoring, number) OFFSET 0) h
    CROSS JOIN LATERAL (
      SELECT m.id::text AS id, m.content, 'simple'::regconfig AS language, m.metadata, m.created_at,
        jsonb_build_object('conversationId', m.conversation_id, 'role', m.role, 'seq', m.seq) AS place
      FROM messages m WHERE h.source = 'message' AND m.user_id = owner AND m.conversation_id = h.conversation_id
        AND m.id = h.message_id AND m.deleted_at IS NULL
      UNION ALL
      SELECT k.id::text, k.content, k.language, d.metadata, d.created_at,
        jsonb_build_object('documentId', k.document_id, 'title', d.title, 'headings', k.headings, 'position', k.position,
          'start', k.start_offset, 'end', k.end_offset)
      FROM document_chunks k JOIN documents d ON d.user_id = owner AND d.id = k.document_id AND d.deleted_at IS NULL
      WHERE h.source = 'document' AND k.user_id = owner AND k.id = h.chunk_id) t);
END
$$;
REVOKE ALL ON FUNCTION app.show_hits(uuid, text[], text[], tsquery[], jsonb[], int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.show_hits(uuid, text[], text[], tsquery[], jsonb[], int) TO parley_app;
