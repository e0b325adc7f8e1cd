-- The asking user's messages and chunks that hold the words, the best first. With parley_system's rights, whose policies show
-- it every text: so the index of owner and words serves the condition on words, which row-level security would keep from it
-- (docs/decisions/024-keyword-search.md). Whose texts these are is said here, by the same setting that the policies read.
-- All words: ranked by ts_rank, each word by itself, because for words together it compares each place of one with each of the
-- other. Languages that read a word alike look it up once. Relaxed: each word is looked up by itself, in 3,000 texts at most (fewer for more than four words), and counts by how rare it is
-- (idf as in BM25). A word that is in more texts than that is frequent: it finds texts only where the others don't find enough, but
-- counts in all that are found, which also tell how frequent it is.
GRANT CREATE ON SCHEMA app TO parley_system;
SET LOCAL ROLE parley_system;
CREATE OR REPLACE FUNCTION app.keyword_hits(asked text, relaxed boolean, prefix boolean, scope app.search_scope, wanted int)
  RETURNS TABLE (source text, id text, rank float8, words tsquery)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off' SET enable_bitmapscan = 'off'
  SET work_mem = '64MB' SET jit = 'off' SET max_parallel_workers_per_gather = '0'
  AS $$
#variable_conflict use_column
DECLARE
  owner uuid := app.current_user_id();
  texts int;
  most_matches int;
  -- In parallel: a language, one of its terms, what ranks the texts, and what marks them. Messages are read as simple.
  languages regconfig[];
  terms tsquery[];
  rank_words tsquery[];
  all_words tsquery[];
  asked_languages regconfig[];
BEGIN
  -- Each language reads what is asked by itself: the more there are, the less of it.
  asked_languages := ARRAY(
    SELECT 'simple'::regconfig
    UNION
    SELECT d.language FROM public.documents d
    WHERE 'document' = ANY (scope.sources) AND d.user_id = owner AND d.deleted_at IS NULL);
  SELECT array_agg(l.language), array_agg(t.term), array_agg(l.words), array_agg(CASE WHEN relaxed THEN t.term ELSE (
      SELECT string_agg(word[1], ' | ')::tsquery
      FROM regexp_matches(querytree(t.term), '(''(?:[^'']|'''')+''(?::\*)?)', 'g') word) END)
  INTO languages, terms, all_words, rank_words
  FROM (
    SELECT r.language, r.terms, (SELECT string_agg('(' || term::text || ')', ' | ')::tsquery FROM unnest(r.terms) term) AS words
    FROM (
      SELECT language, app.keyword_terms(language, left(asked, greatest(1000, 16000 / cardinality(asked_languages))), relaxed, prefix) AS terms
      FROM unnest(asked_languages) language OFFSET 0) r OFFSET 0) l
  CROSS JOIN LATERAL unnest(l.terms[:greatest(8, 400 / cardinality(asked_languages))]) AS t (term);
  -- Few and short texts are looked at one by one. Others are found by the index of words, which takes a bitmap scan.
  IF EXISTS (SELECT FROM public.messages m WHERE m.user_id = owner OFFSET 100)
    OR EXISTS (SELECT FROM public.document_chunks k WHERE k.user_id = owner OFFSET 100)
    OR (SELECT sum(pg_column_size(m.search)) FROM public.messages m WHERE m.user_id = owner) > 100000
    OR (SELECT sum(pg_column_size(k.search)) FROM public.document_chunks k WHERE k.user_id = owner) > 100000 THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_bitmapscan', 'on', true);
  END IF;
  IF NOT relaxed THEN
    RETURN QUERY
    SELECT 'message', m.conversation_id || '/' || m.id AS id,
      coalesce(ts_rank(m.search, rank_words[array_position(languages, 'simple')]), 0)::float8 AS rank, all_words[array_position(languages, 'simple')]
    FROM public.messages m
    WHERE 'message' = ANY (scope.sources) AND m.user_id = owner AND m.search @@ terms[array_position(languages, 'simple')]
      AND m.deleted_at IS NULL AND m.status = 'complete'
      AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
      AND m.conversation_id <> ALL (scope.hidden_conversations)
      AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
      AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)
    UNION ALL
    SELECT 'document', k.id::text, coalesce(ts_rank(k.search, t.ranks), 0)::float8, t.words
    FROM (SELECT term, words, ranks, array_agg(language) AS languages
      FROM unnest(languages, terms, all_words, rank_words) AS t (language, term, words, ranks) GROUP BY term, words, ranks) t
    JOIN public.document_chunks k ON k.user_id = owner AND k.search @@ t.term AND k.language = ANY (t.languages)
    WHERE 'document' = ANY (scope.sources)
      AND (scope.documents IS NULL OR k.document_id = ANY (scope.documents))
      AND k.document_id <> ALL (scope.hidden_documents)
    ORDER BY rank DESC, id LIMIT wanted;
    RETURN;
  END IF;
  texts := (SELECT coalesce(sum(c.message_count), 0) FROM public.conversations c WHERE c.user_id = owner AND c.deleted_at IS NULL)
    + (SELECT coalesce(sum(d.chunk_count), 0) FROM public.documents d WHERE d.user_id = owner AND d.deleted_at IS NULL);
  most_matches := least(3000, greatest(600, 12000 / (SELECT greatest(1, count(DISTINCT term)) FROM unnest(terms) term)));
  RETURN QUERY
  WITH terms AS (
    SELECT s.source, array_agg(t.language) AS languages, t.term, dense_rank() OVER (ORDER BY t.term) AS number
    FROM unnest(scope.sources) AS s (source) CROSS JOIN unnest(languages, terms) AS t (language, term)
    WHERE s.source = 'document' OR t.language = 'simple'::regconfig
    GROUP BY s.source, t.term
  ), matches AS MATERIALIZED (
    SELECT t.source, t.number, 'simple'::regconfig AS language, t.term, m.id, m.search
    FROM terms t CROSS JOIN LATERAL (
      SELECT m.conversation_id || '/' || m.id AS id, m.search FROM public.messages m
      WHERE t.source = 'message' AND m.user_id = owner AND m.search @@ t.term AND m.deleted_at IS NULL
        AND m.status = 'complete'
        AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
        AND m.conversation_id <> ALL (scope.hidden_conversations)
        AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)
      LIMIT most_matches) m
    UNION ALL
    SELECT t.source, t.number, k.language, t.term, k.id, k.search
    FROM terms t CROSS JOIN LATERAL (
      SELECT k.id::text, k.language, k.search FROM public.document_chunks k
      WHERE t.source = 'document' AND k.user_id = owner AND k.search @@ t.term AND k.language = ANY (t.languages)
        AND (scope.documents IS NULL OR k.document_id = ANY (scope.documents))
        AND k.document_id <> ALL (scope.hidden_documents)
      LIMIT most_matches) k
  ), words AS MATERIALIZED (
    SELECT number, sum(found) AS found, bool_or(found = most_matches) AS frequent
    FROM (SELECT number, source, count(*) AS found FROM matches GROUP BY number, source) lists GROUP BY number
  ), candidates AS (
    SELECT DISTINCT ON (m.source, m.id) m.source, m.id, m.language, m.search
    FROM matches m JOIN words w USING (number)
    WHERE (SELECT bool_or(frequent) FROM words)
      AND (NOT w.frequent OR (SELECT coalesce(sum(found), 0) < wanted FROM words WHERE NOT frequent))
  ), scored AS MATERIALIZED (
    SELECT m.source, m.id, m.language, m.number, ts_rank(m.search, m.term) AS rank
    FROM matches m JOIN words w USING (number) WHERE NOT w.frequent
    UNION ALL
    SELECT c.source, c.id, c.language, t.number, ts_rank(c.search, t.term)
    FROM candidates c JOIN terms t ON t.source = c.source AND c.language = ANY (t.languages) AND c.search @@ t.term
    JOIN words w ON w.number = t.number AND w.frequent
  ), weighed AS (
    SELECT number, ln(1 + (greatest(texts - many, 0) + 0.5) / (many + 0.5))::float8 AS weight
    FROM (
      SELECT number, CASE WHEN frequent
        THEN greatest(found, texts * count(scored.id)::float8 / (SELECT count(DISTINCT id) FROM scored)) ELSE found END AS many
      FROM words LEFT JOIN scored USING (number) GROUP BY number, found, frequent) counted
  ), best AS (
    SELECT source, id, language, sum(rank * weight) AS rank FROM scored JOIN weighed USING (number)
    GROUP BY source, id, language ORDER BY rank DESC, id LIMIT wanted
  )
  SELECT source, id, rank, all_words[array_position(languages, language)] FROM best ORDER BY rank DESC, id;
END
$$;
REVOKE ALL ON FUNCTION app.keyword_hits(text, boolean, boolean, app.search_scope, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_hits(text, boolean, boolean, app.search_scope, int) TO parley_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM parley_system;
