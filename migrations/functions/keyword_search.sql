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
  SELECT string_agg('(' || one || ')', ' & ')::tsquery INTO required FROM (
    SELECT string_agg('(' || coalesce(word.query, app.phrase_of(alternative)::text) || ')', ' | ') AS one
    FROM jsonb_array_elements(asked -> 'required') WITH ORDINALITY AS groups (alternatives, number)
    CROSS JOIN LATERAL jsonb_array_elements_text(alternatives) alternative
    LEFT JOIN LATERAL (SELECT min(w.query::text) AS query FROM app.query_words(alternative, goes_on AND right(asked ->> 'text', length(alternative)) = alternative) w
      WHERE kind <> 'part' HAVING count(*) = 1) word
      ON alternative !~ '\s' GROUP BY number
    UNION ALL
    SELECT query::text FROM unnest(queries, kinds) AS q (query, kind) WHERE (asked ->> 'all')::boolean AND kind <> 'part'
      -- Of those with OR between them one will do.
      AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(asked -> 'required') alternatives CROSS JOIN LATERAL jsonb_array_elements_text(alternatives) alternative
        CROSS JOIN LATERAL app.query_words(alternative, goes_on AND right(asked ->> 'text', length(alternative)) = alternative) w
        WHERE jsonb_array_length(alternatives) > 1 AND w.query::text = q.query::text)) conditions;
  -- `tar -xzf` finds the texts with that flag: they have the word, too, but as a part of it.
  SELECT string_agg('(' || app.phrase_of(one)::text || CASE WHEN one ~ '^[[:alnum:]]+$' THEN ' & !' || app.as_term('-' || lower(one))::text ELSE '' END || ')', ' | ')::tsquery
  INTO excluded FROM jsonb_array_elements_text(asked -> 'excluded') one;
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
  ), hopes AS (
    SELECT number, w.weight * ln(1 + (greatest(texts - f.found, 0) + 0.5) / (f.found + 0.5)) AS hope FROM found f JOIN words w USING (number)
  ), candidates AS MATERIALIZED (
    SELECT * FROM (
      SELECT DISTINCT ON (m.source, m.id) m.*, sum(h.hope) OVER (PARTITION BY m.source, m.id) AS hope
      FROM matches m JOIN hopes h USING (number)) c
    ORDER BY hope DESC, created_at DESC NULLS LAST LIMIT 2000
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
    SELECT source, id, conversation_id, parent, search, bytes, created_at FROM candidates
    UNION ALL
    SELECT * FROM openings o WHERE o.id NOT IN (SELECT id FROM candidates)
  ), counted AS MATERIALIZED (
    SELECT t.source, t.id, t.parent, t.bytes, t.created_at, w.number, w.weight, w.kind, least(greatest(s.share, s.titled), 0.98) AS share
    FROM texts_found t CROSS JOIN words w
    CROSS JOIN LATERAL (SELECT
      CASE WHEN t.search @@ w.query THEN (SELECT max(ts_rank(weights, t.search, form) * CASE place WHEN 1 THEN 1 ELSE 0.9 END)
        FROM unnest(w.forms) WITH ORDINALITY f (form, place)) END AS share,
      CASE WHEN (w.number, t.conversation_id) IN (SELECT number, conversation_id FROM titles) THEN 0.3 END AS titled) s
    WHERE s.share IS NOT NULL OR s.titled IS NOT NULL
  ), rarity AS (
    SELECT number, ln(1 + (greatest(texts - many, 0) + 0.5) / (many + 0.5))::float8 AS idf FROM (
      SELECT number, CASE WHEN frequent THEN greatest(found, texts * (SELECT count(*) FROM counted c WHERE c.number = f.number)::float8
        / (SELECT count(*) FROM texts_found)) ELSE found END AS many
      FROM found f) f
  ), scored AS MATERIALIZED (
    SELECT c.source, c.id, c.parent, c.created_at, count(*) FILTER (WHERE c.kind <> 'part') = word_count AS has_all,
      sum(c.weight * r.idf * 2.2 * n / (n + 1.2 * (0.25 + 0.75 * c.bytes / average))) AS rank
    FROM counted c JOIN rarity r USING (number) CROSS JOIN LATERAL (SELECT 0.65 * c.share / (1 - c.share) AS n) n
    GROUP BY c.source, c.id, c.parent, c.created_at
  ), around AS (
    -- What stands before and after a message in its conversation says what it is about.
    SELECT s.*, s.rank + 0.5 * (coalesce(b.rank, 0) + coalesce(a.rank, 0)) AS whole_rank
    FROM scored s LEFT JOIN scored b ON b.id = s.parent AND b.source = 'message'
    LEFT JOIN (SELECT parent AS id, max(rank) AS rank FROM scored WHERE parent IS NOT NULL GROUP BY parent) a ON a.id = s.id
  )
  SELECT s.source, s.id, s.whole_rank, t.tier, s.created_at
  FROM around s CROSS JOIN LATERAL (SELECT CASE WHEN NOT has_all OR word_count = 0 THEN 0
    WHEN phrase IS NOT NULL AND word_count > 1 AND (SELECT c.search @@ phrase FROM texts_found c WHERE c.source = s.source AND c.id = s.id) THEN 2
    ELSE 1 END AS tier) t
  ORDER BY t.tier DESC, s.whole_rank DESC, s.created_at DESC NULLS LAST, s.id DESC LIMIT wanted;
END
$$;
REVOKE ALL ON FUNCTION app.keyword_search(jsonb, app.search_scope, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_search(jsonb, app.search_scope, int) TO parley_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM parley_system;
