-- Hits as JSON, in order: of each text, message or chunk by its `text_id` (see app.nearest), as many characters as asked for,
-- what it belongs to, and what `scoring` says. Where `words` stand, passages with them: the words are between U+0002 and U+0003,
-- and U+0004 stands for `<`, which would begin a tag: these are left out by ts_headline. That takes the square of how often the words
-- are in what it gets, times how many they are: it gets a window that is smaller the more hits there are, and ten words at most.
-- The window begins a little before the words, which are looked for in 20,000 characters; so do passages, because words
-- may be long. Ids are taken apart first, as in app.similarities.
CREATE OR REPLACE FUNCTION app.show_hits(owner uuid, sources text[], ids text[], words tsquery[], scoring jsonb[], most_content int) RETURNS json
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  options constant text := E'StartSel=\x02, StopSel=\x03, MaxFragments=2, MaxWords=30, MinWords=10, ShortWord=0, FragmentDelimiter=" … "';
  window_length constant int := 4000 / sqrt(greatest(1, cardinality(ids)));
  up_to constant text := '(?i)^(.*?)(?:^|\W)(?:%s)';
  -- For each hit: what to mark, and a text up to what that looks like: a phrase, or the longest word; else any of the words.
  marked tsquery[] := '{}';
  loose tsquery[] := '{}';
  best text[] := '{}';
  anyones text[] := '{}';
  asked tsquery;
  pieces text[];
BEGIN
  FOREACH asked IN ARRAY coalesce(words, '{}') LOOP
    IF numnode(asked) > 20 THEN
      asked := (
        SELECT string_agg(word, ' | ')::tsquery FROM (
          SELECT DISTINCT word[1] AS word, length(word[1])
          FROM regexp_matches(asked::text, '(''(?:[^'']|'''')+''(?::\*)?)', 'g') word ORDER BY 2 DESC, 1 LIMIT 10) longest);
    END IF;
    pieces := ARRAY(
      SELECT CASE
        WHEN token[1] LIKE '''%' THEN regexp_replace(
          replace(replace(substr(token[1], 2, length(token[1]) - 2), '''''', ''''), '\\', '\'), '([!-/:-@[-`{-~])', '\\\1', 'g')
        WHEN token[1] LIKE '<%' THEN '\W+'
        ELSE '|' END
      FROM regexp_matches(asked::text, '(''(?:[^'']|'''')*''|<[-0-9]+>|[&|])', 'g') WITH ORDINALITY AS tokens (token, number)
      ORDER BY number);
    -- Of words that are far apart, a window may have one only.
    marked := marked || asked;
    loose := loose || CASE WHEN '\W+' = ANY (pieces) THEN asked ELSE (
      SELECT string_agg(word[1], ' | ')::tsquery FROM regexp_matches(querytree(asked), '(''(?:[^'']|'''')+''(?::\*)?)', 'g') word) END;
    best := best || format(up_to, CASE WHEN '\W+' = ANY (pieces) THEN array_to_string(pieces, '')
      ELSE (SELECT piece FROM unnest(pieces) piece ORDER BY length(piece) DESC LIMIT 1) END);
    anyones := anyones || format(up_to, array_to_string(array_replace(pieces, '\W+', '|'), ''));
  END LOOP;
  RETURN (
    SELECT json_agg((left((t.place || h.scoring || jsonb_build_object('source', h.source, 'id', t.id,
      'content', left(c.head, most_content), 'truncated', length(c.head) > most_content,
      'highlight', CASE WHEN h.words IS NOT NULL THEN (
        SELECT substr(passages, greatest(1, strpos(passages, E'\x02') - 300), 2000)
        FROM (
          SELECT substr(c.head, CASE WHEN length(c.head) <= window_length THEN 1 ELSE greatest(1, coalesce(
            length(substring(c.head FROM best[h.number::int])),
            length(substring(c.head FROM anyones[h.number::int])), 1) - 100) END, window_length) AS seen OFFSET 0) shown,
        ts_headline(t.language, CASE WHEN seen ~ E'[<\x02-\x04]' THEN translate(seen, E'<\x04\x02\x03', E'\x04') ELSE seen END,
          CASE WHEN length(c.head) > window_length THEN coalesce(loose[h.number::int], h.words) ELSE marked[h.number::int] END, options) passages) END,
      'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text, -1)
      -- As text, because jsonb would copy all of it with each ||.
      || ', "metadata": ' || t.metadata::text || '}')::json ORDER BY h.number)
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
      WHERE h.source = 'document' AND k.user_id = owner AND k.id = h.chunk_id) t
    -- No more of a long text is read than is looked at.
    CROSS JOIN LATERAL (SELECT left(t.content, 20000) AS head OFFSET 0) c);
END
$$;
REVOKE ALL ON FUNCTION app.show_hits(uuid, text[], text[], tsquery[], jsonb[], int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.show_hits(uuid, text[], text[], tsquery[], jsonb[], int) TO parley_app;
