-- The asking user's messages and chunks that hold any of the words, the best first, by BM25 (Robertson and Zaragoza 2009; k1 1.2, b 0.75, the rarity
-- over the user's own texts); before them those that hold all words, and first of all those that hold them side by side. With parley_system's
-- rights, whose policies show it every text: so the index of owner and words serves the condition on words, which row-level security
-- would keep from it (docs/decisions/024-keyword-search.md). Whose texts these are is said here, by the same setting that the policies read.
--
-- asked: `text`; `hints`, other texts whose words count with a `weight`; `required`, groups of words and phrases of which a text must hold one each;
-- `excluded`; `prefix`, the last word may go on; `all`, no text without all words.
--
-- How often a word is in a text is what ts_rank tells: of one word it gives the sum of 1/i² for i up to that number, by 1.645, which is
-- n / (n + 0.65) within a hundredth, and that with the weights of A, B and C. How long a text is are its bytes, which cost no look at it.
--
-- Each word is looked up by itself, in so many texts at most. One that is in more is frequent: it adds to texts that others have found, and finds
-- some itself only where it may count: together with the other frequent ones.
GRANT CREATE ON SCHEMA app TO parley_system;
SET LOCAL ROLE parley_system;
CREATE OR REPLACE FUNCTION app.keyword_search(asked jsonb, scope app.search_scope, wanted int)
  RETURNS TABLE (source text, id text, rank float8, tier int, created_at timestamptz)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off' SET enable_bitmapscan = 'off'
  SET work_mem = '64MB' SET jit = 'off' SET max_parallel_workers_per_gather = '0'
  AS $$
#variable_conflict use_column
DECLARE
  owner uuid := app.current_user_id();
  goes_on boolean := coalesce((asked ->> 'prefix')::boolean, false);
  weights CONSTANT real[] := '{0.5,0.5,0.9,1}';
  texts int;
  average float8;
  most int;
  word_count int;
  phrase tsquery := app.phrase_of(asked ->> 'text');
  required tsquery;
  excluded tsquery;
  -- In parallel.
  queries tsquery[];
  counts float8[];
  kinds text[];
  forms tsquery[];
BEGIN
  WITH said AS (
    SELECT w.* FROM app.query_words(asked ->> 'text', goes_on) w
    UNION ALL
    SELECT 'part', w.weight * (hint ->> 'weight')::float8, w.forms, w.query
    FROM jsonb_array_elements(asked -> 'hints') hint CROSS JOIN LATERAL app.query_words(hint ->> 'text', false) w WHERE w.kind = 'word'
  ), words AS (
    SELECT min(kind) FILTER (WHERE kind = 'word') IS NOT NULL AS is_word, bool_and(kind = 'stop') AS is_stop, max(weight) AS weight, query
    FROM said GROUP BY query ORDER BY 1 DESC, max(weight) DESC, query LIMIT 60
  )
  SELECT array_agg(query), array_agg(weight), array_agg(CASE WHEN is_word THEN 'word' WHEN is_stop THEN 'stop' ELSE 'part' END)
  INTO queries, counts, kinds
  FROM words WHERE NOT is_stop OR NOT EXISTS (SELECT FROM words WHERE NOT is_stop);
  word_count := (SELECT count(*) FROM unnest(kinds) kind WHERE kind <> 'part');
  SELECT c.required, c.excluded INTO required, excluded FROM app.query_conditions(asked) c;
  -- Few and short texts are looked at one by one. Others are found by the index of words, which takes a bitmap scan.
  IF EXISTS (SELECT FROM public.messages m WHERE m.user_id = owner OFFSET 100)
    OR EXISTS (SELECT FROM public.document_chunks k WHERE k.user_id = owner OFFSET 100)
    OR (SELECT sum(pg_column_size(m.search)) FROM public.messages m WHERE m.user_id = owner) > 100000
    OR (SELECT sum(pg_column_size(k.search)) FROM public.document_chunks k WHERE k.user_id = owner) > 100000 THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_bitmapscan', 'on', true);
  END IF;
  texts := (SELECT coalesce(sum(c.message_count), 0) FROM public.conversations c WHERE c.user_id = owner AND c.deleted_at IS NULL)
    + (SELECT coalesce(sum(d.chunk_count), 0) FROM public.documents d WHERE d.user_id = owner AND d.deleted_at IS NULL);
  average := (SELECT avg(bytes) FROM (
    (SELECT octet_length(m.content) AS bytes FROM public.messages m WHERE m.user_id = owner AND 'message' = ANY (scope.sources) LIMIT 300)
    UNION ALL
    (SELECT octet_length(k.content) FROM public.document_chunks k WHERE k.user_id = owner AND 'document' = ANY (scope.sources) LIMIT 300)) lengths);
  most := greatest(600, 12000 / greatest(cardinality(queries), 1));
  RETURN QUERY
  WITH words AS (
    SELECT number, query, weight, kind, CASE WHEN required IS NULL THEN query ELSE query && required END AS looked_up,
      string_to_array(query::text, ' | ')::tsquery[] AS forms
    FROM unnest(queries, counts, kinds) WITH ORDINALITY AS w (query, weight, kind, number)
  ), matches AS MATERIALIZED (
    SELECT row_number() OVER () AS row, * FROM (
    SELECT w.number, 'message' AS source, m.* FROM words w CROSS JOIN LATERAL (
      SELECT m.conversation_id || '/' || m.id AS id, m.conversation_id, m.conversation_id || '/' || m.parent_id AS parent, m.search,
        octet_length(m.content) AS bytes, m.created_at
      FROM public.messages m
      WHERE 'message' = ANY (scope.sources) AND m.user_id = owner AND m.search @@ w.looked_up AND m.deleted_at IS NULL
        AND m.status = 'complete' AND (excluded IS NULL OR NOT m.search @@ excluded)
        AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
        AND m.conversation_id <> ALL (scope.hidden_conversations)
        AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)
      LIMIT most) m
    UNION ALL
    SELECT w.number, 'document', k.* FROM words w CROSS JOIN LATERAL (
      SELECT k.id::text, NULL, NULL, k.search, octet_length(k.content), NULL::timestamptz FROM public.document_chunks k
      WHERE 'document' = ANY (scope.sources) AND k.user_id = owner AND k.search @@ w.looked_up
        AND (excluded IS NULL OR NOT k.search @@ excluded)
        AND (scope.documents IS NULL OR k.document_id = ANY (scope.documents))
        AND k.document_id <> ALL (scope.hidden_documents)
      LIMIT most) k
    ) found
  ), titles AS MATERIALIZED (
    SELECT w.number, c.id AS conversation_id FROM words w CROSS JOIN LATERAL (
      SELECT c.id FROM public.conversations c
      WHERE 'message' = ANY (scope.sources) AND c.user_id = owner AND c.title_words @@ w.query AND c.deleted_at IS NULL
        AND (scope.conversations IS NULL OR c.id = ANY (scope.conversations))
      LIMIT 200) c
  ), found AS MATERIALIZED (
    SELECT w.number, coalesce(sum(found), 0) AS found, coalesce(bool_or(found = most), false) AS frequent
    FROM words w LEFT JOIN (SELECT number, source, count(*) AS found FROM matches GROUP BY number, source) lists USING (number)
    GROUP BY w.number
  ), hopes AS MATERIALIZED (
    SELECT number, w.weight * ln(1 + (greatest(texts - f.found, 0) + 0.5) / (f.found + 0.5)) AS hope FROM found f JOIN words w USING (number)
  ), candidates AS MATERIALIZED (
    SELECT m.* FROM (
      SELECT min(row) AS row FROM matches JOIN hopes USING (number) GROUP BY source, id
      ORDER BY sum(hope) DESC, max(created_at) DESC NULLS LAST LIMIT 2000) best
    JOIN matches m USING (row)
  ), openings AS (
    -- Of a conversation whose title has the words, its first messages, where they don't have them.
    SELECT 'message' AS source, m.*
    FROM (SELECT conversation_id FROM titles JOIN hopes USING (number) GROUP BY conversation_id ORDER BY sum(hope) DESC LIMIT 20) t
    CROSS JOIN LATERAL (
      SELECT m.conversation_id || '/' || m.id AS id, m.conversation_id, m.conversation_id || '/' || m.parent_id AS parent, m.search,
        octet_length(m.content) AS bytes, m.created_at
      FROM public.messages m
      WHERE m.user_id = owner AND m.conversation_id = t.conversation_id AND m.seq <= 2 AND m.deleted_at IS NULL AND m.status = 'complete'
        AND (required IS NULL OR m.search @@ required) AND (excluded IS NULL OR NOT m.search @@ excluded)
        AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)) m
  ), texts_found AS MATERIALIZED (
    SELECT row, source, id, conversation_id, parent, search, bytes, created_at FROM candidates
    UNION ALL
    SELECT -row_number() OVER (), o.* FROM openings o WHERE o.id NOT IN (SELECT id FROM candidates)
  ), counted AS MATERIALIZED (
    SELECT t.row, t.bytes, w.number, w.weight, w.kind, least(greatest(s.share, s.titled), 0.98) AS share
    FROM texts_found t CROSS JOIN words w
    CROSS JOIN LATERAL (SELECT
      CASE WHEN t.search @@ w.query THEN (SELECT max(ts_rank(weights, t.search, form) * CASE place WHEN 1 THEN 1 ELSE 0.9 END)
        FROM unnest(w.forms) WITH ORDINALITY f (form, place)) END AS share,
      CASE WHEN (w.number, t.conversation_id) IN (SELECT number, conversation_id FROM titles) THEN 0.3 END AS titled OFFSET 0) s
    WHERE s.share IS NOT NULL OR s.titled IS NOT NULL
  ), rarity AS MATERIALIZED (
    SELECT f.number, ln(1 + (greatest(texts - m.many, 0) + 0.5) / (m.many + 0.5))::float8 AS idf
    FROM found f LEFT JOIN (SELECT number, count(*) AS here FROM counted GROUP BY number) c USING (number)
    CROSS JOIN (SELECT count(*) AS read FROM texts_found) t
    CROSS JOIN LATERAL (SELECT CASE WHEN f.frequent THEN greatest(f.found, texts * c.here::float8 / t.read) ELSE f.found END AS many) m
  ), scored AS MATERIALIZED (
    SELECT c.row, count(*) FILTER (WHERE c.kind <> 'part') = word_count AND word_count > 0 AS has_all,
      sum(c.weight * r.idf * 2.2 * n / (n + 1.2 * (0.25 + 0.75 * c.bytes / average))) AS rank
    FROM counted c JOIN rarity r USING (number) CROSS JOIN LATERAL (SELECT 0.65 * c.share / (1 - c.share) AS n) n
    GROUP BY c.row
  ), ranked AS MATERIALIZED (
    SELECT t.source, t.id, t.parent, t.created_at, s.rank, CASE
      WHEN NOT s.has_all THEN 0 WHEN word_count > 1 AND t.search @@ phrase THEN 2 ELSE 1 END AS tier
    FROM scored s JOIN texts_found t USING (row)
  )
  -- What stands before and after a message in its conversation says what it is about.
  SELECT r.source, r.id, r.rank + 0.5 * (coalesce(before.rank, 0) + coalesce(after.rank, 0)) AS whole_rank, r.tier, r.created_at
  FROM ranked r LEFT JOIN ranked before ON before.id = r.parent
  LEFT JOIN (SELECT parent, max(rank) AS rank FROM ranked GROUP BY parent) after ON after.parent = r.id
  ORDER BY r.tier DESC, whole_rank DESC, r.created_at DESC NULLS LAST, r.id DESC LIMIT wanted;
END
$$;
REVOKE ALL ON FUNCTION app.keyword_search(jsonb, app.search_scope, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_search(jsonb, app.search_scope, int) TO parley_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM parley_system;
