-- A search's steps as functions whose plans the connection keeps: planning took a user with few texts longer than searching
-- (docs/decisions/028-kept-plans.md). Each sets `plan_cache_mode` for as long as it runs: a plan made once for everybody
-- where little is to be read, one made for this user and this search where there is much. No sequential scans, as what a plan
-- for everybody estimates is an average.
DROP FUNCTION app.keyword_hits(text, boolean, boolean, jsonb, text[], uuid[], uuid[], int);
--> statement-breakpoint
DROP FUNCTION app.passes(jsonb, text, text[], timestamptz, jsonb);
--> statement-breakpoint
-- What a search looks through.
CREATE TYPE app.search_scope AS (
  sources text[], -- 'message' and 'document'; null: every vector, those stored by hand as well
  conversations uuid[], -- null: all but the hidden ones
  hidden_conversations uuid[], -- deleted ones, never null
  documents uuid[], -- null: all but the hidden ones
  hidden_documents uuid[], -- deleted ones, never null
  roles text[],
  created_after timestamptz,
  created_before timestamptz,
  metadata_path jsonpath, -- a predicate
  metadata_vars jsonb
);
--> statement-breakpoint
-- Whether something passes the part of the filter that messages and documents share; null where it doesn't. Plain SQL without
-- a subselect, so that the planner inlines it.
CREATE FUNCTION app.passes(after timestamptz, before timestamptz, path jsonpath, vars jsonb, created_at timestamptz, metadata jsonb)
  RETURNS boolean
  LANGUAGE sql STABLE
  AS $$
    SELECT (after IS NULL OR created_at > after) AND (before IS NULL OR created_at < before)
      AND (path IS NULL OR jsonb_path_match(metadata, path, vars, true))
  $$;
--> statement-breakpoint
-- The scope that is asked for, with the conversations and documents that are meant: those named, or tagged, and not deleted.
-- `tags` are asked for beside the fields of the scope.
CREATE FUNCTION app.resolve_scope(owner uuid, asked jsonb) RETURNS app.search_scope
  LANGUAGE plpgsql STABLE SET search_path = '' SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  scope app.search_scope := jsonb_populate_record(NULL::app.search_scope, asked);
  tagged text[] := CASE WHEN asked -> 'tags' IS NOT NULL
    THEN ARRAY(SELECT tag FROM jsonb_array_elements_text(asked -> 'tags') tag) END;
BEGIN
  scope.hidden_conversations := '{}';
  scope.hidden_documents := '{}';
  IF scope.conversations IS NOT NULL THEN
    scope.conversations := ARRAY(
      SELECT c.id FROM public.conversations c
      WHERE c.user_id = owner AND c.id = ANY (scope.conversations) AND c.deleted_at IS NULL
        AND (tagged IS NULL OR c.tags @> tagged));
  ELSIF tagged IS NOT NULL THEN
    scope.conversations := ARRAY(
      SELECT c.id FROM public.conversations c WHERE c.user_id = owner AND c.deleted_at IS NULL AND c.tags @> tagged);
  ELSE
    scope.hidden_conversations := ARRAY(
      SELECT c.id FROM public.conversations c WHERE c.user_id = owner AND c.deleted_at IS NOT NULL);
  END IF;
  IF scope.documents IS NOT NULL THEN
    scope.documents := ARRAY(
      SELECT d.id FROM public.documents d
      WHERE d.user_id = owner AND d.id = ANY (scope.documents) AND d.deleted_at IS NULL
        AND (tagged IS NULL OR d.tags @> tagged)
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, d.created_at, d.metadata));
  ELSIF tagged IS NOT NULL OR num_nonnulls(scope.created_after, scope.created_before, scope.metadata_path) > 0 THEN
    scope.documents := ARRAY(
      SELECT d.id FROM public.documents d
      WHERE d.user_id = owner AND d.deleted_at IS NULL AND (tagged IS NULL OR d.tags @> tagged)
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, d.created_at, d.metadata));
  ELSE
    scope.hidden_documents := ARRAY(
      SELECT d.id FROM public.documents d WHERE d.user_id = owner AND d.deleted_at IS NOT NULL);
  END IF;
  RETURN scope;
END
$$;
--> statement-breakpoint
-- A user's nearest vectors by cosine, the nearest first, and whether all in the scope were compared to find them.
--
-- Of up to `exact_limit` vectors of a user, all in the scope are compared. Of more, those whose sketches are nearest, off an
-- index in which a user's sketches lie side by side; one without a sketch is always compared (docs/decisions/026-sketches.md).
-- What a filter says of messages is asked of these first: of vectors the index knows only whose they are.
CREATE FUNCTION app.nearest(owner uuid, asked vector, asked_sketch bit, asked_model text, scope app.search_scope, wanted int,
    exact_limit int, most_compared int)
  RETURNS TABLE (id uuid, message_id uuid, chunk_id uuid, similarity float8, is_exact boolean)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  SET work_mem = '64MB' SET jit = 'off' SET max_parallel_workers_per_gather = '0'
  AS $$
#variable_conflict use_column
DECLARE
  is_large boolean := EXISTS (SELECT FROM chat_vectors v WHERE v.user_id = owner OFFSET exact_limit);
  messages uuid[];
  compared uuid[];
BEGIN
  IF is_large THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
  END IF;
  IF 'message' = ANY (scope.sources) IS NOT TRUE THEN
    NULL;
  ELSIF scope.conversations IS NOT NULL THEN
    messages := ARRAY(
      SELECT m.id FROM messages m
      WHERE m.user_id = owner AND m.conversation_id = ANY (scope.conversations) AND m.deleted_at IS NULL
        AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata));
  ELSIF num_nonnulls(scope.roles, scope.created_after, scope.created_before, scope.metadata_path) > 0 THEN
    messages := ARRAY(
      SELECT m.id FROM messages m
      WHERE m.user_id = owner AND m.deleted_at IS NULL AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata));
  END IF;
  IF NOT is_large AND messages IS NULL AND scope.documents IS NULL THEN
    RETURN QUERY
    SELECT n.id, n.message_id, n.chunk_id, 1 - n.distance, true
    FROM (
      SELECT v.id, v.message_id, v.chunk_id, v.embedding <=> asked AS distance FROM chat_vectors v
      WHERE v.user_id = owner AND (asked_model IS NULL OR v.model = asked_model)
        AND (scope.sources IS NULL OR v.message_id IS NOT NULL AND 'message' = ANY (scope.sources)
          OR v.chunk_id IS NOT NULL AND 'document' = ANY (scope.sources))
        AND (v.document_id IS NULL OR v.document_id NOT IN (SELECT unnest(scope.hidden_documents)))
      ORDER BY distance, coalesce(v.message_id, v.chunk_id, v.id) LIMIT wanted) n;
    RETURN;
  END IF;
  compared := ARRAY(
    SELECT v.id FROM chat_vectors v
    WHERE v.user_id = owner AND (asked_model IS NULL OR v.model = asked_model)
      AND (scope.sources IS NULL
        OR v.message_id IS NOT NULL AND 'message' = ANY (scope.sources)
          AND (messages IS NULL OR v.message_id IN (SELECT unnest(messages)))
        OR v.chunk_id IS NOT NULL AND 'document' = ANY (scope.sources)
          AND (scope.documents IS NULL OR v.document_id IN (SELECT unnest(scope.documents))))
      AND (v.document_id IS NULL OR v.document_id NOT IN (SELECT unnest(scope.hidden_documents)))
    ORDER BY CASE WHEN is_large THEN v.sketch <~> asked_sketch END NULLS FIRST
    LIMIT CASE WHEN is_large THEN most_compared END);
  RETURN QUERY
  SELECT n.id, n.message_id, n.chunk_id, 1 - n.distance, NOT is_large OR cardinality(compared) < most_compared
  FROM (
    SELECT v.id, v.message_id, v.chunk_id, v.embedding <=> asked AS distance FROM chat_vectors v
    WHERE v.user_id = owner AND v.id = ANY (compared)
    ORDER BY distance, coalesce(v.message_id, v.chunk_id, v.id) LIMIT wanted) n;
END
$$;
--> statement-breakpoint
-- How similar these texts are, messages or chunks: those that have a vector.
CREATE FUNCTION app.similarities(owner uuid, asked vector, asked_model text, texts uuid[]) RETURNS TABLE (id uuid, similarity float8)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT v.message_id, 1 - (v.embedding <=> asked) FROM chat_vectors v
  WHERE v.user_id = owner AND v.message_id = ANY (texts) AND (asked_model IS NULL OR v.model = asked_model)
  UNION ALL
  SELECT v.chunk_id, 1 - (v.embedding <=> asked) FROM chat_vectors v
  WHERE v.user_id = owner AND v.chunk_id = ANY (texts) AND (asked_model IS NULL OR v.model = asked_model);
END
$$;
--> statement-breakpoint
-- Hits as JSON, in order: of each text, message or chunk, as many characters as asked for, what it belongs to, and what `scoring`
-- says. Where `words` stand, passages with them: the words are between U+0002 and U+0003, and U+0004 stands for `<`, which would
-- begin a tag: these are left out by ts_headline, which reads all that it gets. Words may be long: passages begin a little
-- before the first mark.
CREATE FUNCTION app.show_hits(owner uuid, sources text[], ids uuid[], words tsquery[], scoring jsonb[], most_content int) RETURNS json
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  options constant text := E'StartSel=\x02, StopSel=\x03, MaxFragments=2, MaxWords=30, MinWords=10, ShortWord=0, FragmentDelimiter=" … "';
BEGIN
  RETURN (
    SELECT json_agg(t.place || h.scoring || jsonb_build_object('source', h.source, 'id', h.id,
      'content', left(t.content, most_content), 'truncated', length(t.content) > most_content,
      'highlight', CASE WHEN h.words IS NOT NULL THEN (
        SELECT substr(passages, greatest(1, strpos(passages, E'\x02') - 300), 2000)
        FROM ts_headline(t.language,
          CASE WHEN t.content ~ E'[<\x02-\x04]' THEN translate(left(t.content, 20000), E'<\x04\x02\x03', E'\x04')
            ELSE left(t.content, 20000) END, h.words, options) passages) END,
      'metadata', t.metadata, 'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      ORDER BY h.number)
    FROM unnest(sources, ids, words, scoring) WITH ORDINALITY AS h (source, id, words, scoring, number)
    CROSS JOIN LATERAL (
      SELECT m.content, 'simple'::regconfig AS language, m.metadata, m.created_at,
        jsonb_build_object('conversationId', m.conversation_id, 'role', m.role, 'seq', m.seq) AS place
      FROM messages m WHERE h.source = 'message' AND m.user_id = owner AND m.id = h.id AND m.deleted_at IS NULL
      UNION ALL
      SELECT k.content, k.language, d.metadata, d.created_at,
        jsonb_build_object('documentId', k.document_id, 'title', d.title, 'headings', k.headings, 'position', k.position,
          'start', k.start_offset, 'end', k.end_offset)
      FROM document_chunks k JOIN documents d ON d.user_id = owner AND d.id = k.document_id AND d.deleted_at IS NULL
      WHERE h.source = 'document' AND k.user_id = owner AND k.id = h.id) t);
END
$$;
--> statement-breakpoint
-- What is to be told of a user's embeddings: whether Parley made them by several models; how many texts have a vector of
-- another model than the one asked for; how many wait for one, and how many failed. Beyond `most` nobody counts.
CREATE FUNCTION app.embedding_state(owner uuid, asked_model text, most int,
    OUT is_mixed boolean, OUT others int, OUT pending int, OUT failed int)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
BEGIN
  is_mixed := false;
  others := 0;
  IF asked_model IS NULL THEN
    -- Whose a vector is stands in the table alone: it is looked at only where the index has more than one model.
    IF (SELECT min(v.model) <> max(v.model) FROM chat_vectors v WHERE v.user_id = owner) THEN
      is_mixed := (SELECT coalesce(min(v.model) <> max(v.model), false) FROM chat_vectors v WHERE v.user_id = owner AND NOT v.own);
    END IF;
  ELSE
    -- Two ranges, so that of a user with one model none is read.
    others := (SELECT count(*) FROM (
      (SELECT FROM chat_vectors v WHERE v.user_id = owner AND v.model < asked_model
        AND (v.message_id IS NOT NULL OR v.chunk_id IS NOT NULL) LIMIT most)
      UNION ALL
      (SELECT FROM chat_vectors v WHERE v.user_id = owner AND v.model > asked_model
        AND (v.message_id IS NOT NULL OR v.chunk_id IS NOT NULL) LIMIT most)) o);
  END IF;
  pending := (SELECT count(*) FROM (SELECT FROM embedding_jobs j WHERE j.user_id = owner AND j.failed_at IS NULL LIMIT most) j);
  failed := (SELECT count(*) FROM (SELECT FROM embedding_jobs j WHERE j.user_id = owner AND j.failed_at IS NOT NULL LIMIT most) j);
END
$$;
--> statement-breakpoint
-- One search path whoever calls: a plan that is kept goes with one.
ALTER FUNCTION app.keyword_terms(regconfig, text, boolean, boolean) SET search_path = '';
--> statement-breakpoint
ALTER FUNCTION app.keyword_query(regconfig, text, boolean, boolean) SET search_path = '';
--> statement-breakpoint
-- The asking user's messages and chunks that hold the words, the best first. With parley_system's rights, whose policies show
-- it every text: so the index of owner and words serves the condition on words, which row-level security would keep from it
-- (docs/decisions/024-keyword-search.md). Whose texts these are is said here, by the same setting that the policies read.
-- All words: ranked by ts_rank. Relaxed: each word is looked up by itself, in 5,000 texts at most, and counts by how rare it is
-- (idf as in BM25). A word that is in more texts than that is frequent: it finds texts only where the others don't find enough, but
-- counts in all that are found, which also tell how frequent it is.
CREATE FUNCTION app.keyword_hits(asked text, relaxed boolean, prefix boolean, scope app.search_scope, wanted int)
  RETURNS TABLE (source text, id uuid, rank float8, words tsquery)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
  SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off' SET enable_bitmapscan = 'off'
  SET work_mem = '64MB' SET jit = 'off' SET max_parallel_workers_per_gather = '0'
  AS $$
#variable_conflict use_column
DECLARE
  owner uuid := app.current_user_id();
  texts int;
  -- Side by side: a language, one of its terms, and what ranks and marks the texts. Messages are read as simple.
  languages regconfig[];
  terms tsquery[];
  all_words tsquery[];
BEGIN
  SELECT array_agg(l.language), array_agg(t.term), array_agg(
    CASE WHEN relaxed OR numnode(t.term) > 100 THEN app.keyword_query(l.language, asked, relaxed, prefix) ELSE t.term END)
  INTO languages, terms, all_words
  FROM (
    SELECT 'simple'::regconfig AS language
    UNION
    SELECT d.language FROM public.documents d
    WHERE 'document' = ANY (scope.sources) AND d.user_id = owner AND d.deleted_at IS NULL) l
  CROSS JOIN LATERAL unnest(app.keyword_terms(l.language, asked, relaxed, prefix)) AS t (term);
  -- Few and short texts are looked at one by one. Others are found by the index of words, which takes a bitmap scan.
  IF EXISTS (SELECT FROM public.messages m WHERE m.user_id = owner OFFSET 100)
    OR EXISTS (SELECT FROM public.document_chunks k WHERE k.user_id = owner OFFSET 100)
    OR (SELECT sum(pg_column_size(m.search)) FROM public.messages m WHERE m.user_id = owner) > 100000
    OR (SELECT sum(pg_column_size(k.search)) FROM public.document_chunks k WHERE k.user_id = owner) > 100000 THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_bitmapscan', 'on', true);
  END IF;
  IF NOT relaxed THEN
    RETURN QUERY
    SELECT 'message', m.id, ts_rank(m.search, all_words[array_position(languages, 'simple')])::float8 AS rank,
      all_words[array_position(languages, 'simple')]
    FROM public.messages m
    WHERE 'message' = ANY (scope.sources) AND m.user_id = owner AND m.search @@ terms[array_position(languages, 'simple')]
      AND m.deleted_at IS NULL AND m.status = 'complete'
      AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
      AND m.conversation_id <> ALL (scope.hidden_conversations)
      AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
      AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)
    UNION ALL
    SELECT 'document', k.id, ts_rank(k.search, t.words)::float8, t.words
    FROM unnest(languages, terms, all_words) AS t (language, term, words)
    JOIN public.document_chunks k ON k.user_id = owner AND k.search @@ t.term AND k.language = t.language
    WHERE 'document' = ANY (scope.sources)
      AND (scope.documents IS NULL OR k.document_id = ANY (scope.documents))
      AND k.document_id <> ALL (scope.hidden_documents)
    ORDER BY rank DESC, id LIMIT wanted;
    RETURN;
  END IF;
  texts := (SELECT coalesce(sum(c.message_count), 0) FROM public.conversations c WHERE c.user_id = owner AND c.deleted_at IS NULL)
    + (SELECT coalesce(sum(d.chunk_count), 0) FROM public.documents d WHERE d.user_id = owner AND d.deleted_at IS NULL);
  RETURN QUERY
  WITH terms AS (
    SELECT s.source, t.language, t.term, dense_rank() OVER (ORDER BY t.term) AS number
    FROM unnest(scope.sources) AS s (source) CROSS JOIN unnest(languages, terms) AS t (language, term)
    WHERE s.source = 'document' OR t.language = 'simple'::regconfig
  ), matches AS MATERIALIZED (
    SELECT t.source, t.number, t.language, t.term, m.id, m.search
    FROM terms t CROSS JOIN LATERAL (
      SELECT m.id, m.search FROM public.messages m
      WHERE t.source = 'message' AND m.user_id = owner AND m.search @@ t.term AND m.deleted_at IS NULL
        AND m.status = 'complete'
        AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
        AND m.conversation_id <> ALL (scope.hidden_conversations)
        AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)
      LIMIT 5000) m
    UNION ALL
    SELECT t.source, t.number, t.language, t.term, k.id, k.search
    FROM terms t CROSS JOIN LATERAL (
      SELECT k.id, k.search FROM public.document_chunks k
      WHERE t.source = 'document' AND k.user_id = owner AND k.search @@ t.term AND k.language = t.language
        AND (scope.documents IS NULL OR k.document_id = ANY (scope.documents))
        AND k.document_id <> ALL (scope.hidden_documents)
      LIMIT 5000) k
  ), words AS MATERIALIZED (
    SELECT number, sum(found) AS found, bool_or(found = 5000) AS frequent
    FROM (SELECT number, source, language, count(*) AS found FROM matches GROUP BY number, source, language) lists GROUP BY number
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
    FROM candidates c JOIN terms t ON t.source = c.source AND t.language = c.language AND c.search @@ t.term
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
--> statement-breakpoint
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION app.passes(timestamptz, timestamptz, jsonpath, jsonb, timestamptz, jsonb) TO parley_app, parley_system;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION app.resolve_scope(uuid, jsonb), app.nearest(uuid, vector, bit, text, app.search_scope, int, int, int),
  app.similarities(uuid, vector, text, uuid[]), app.show_hits(uuid, text[], uuid[], tsquery[], jsonb[], int),
  app.embedding_state(uuid, text, int), app.keyword_hits(text, boolean, boolean, app.search_scope, int) TO parley_app;
--> statement-breakpoint
-- What parley_system reads of conversations and documents for this; their tags and metadata are no longer among it.
REVOKE SELECT (tags) ON conversations FROM parley_system;
--> statement-breakpoint
REVOKE SELECT (tags, metadata, created_at) ON documents FROM parley_system;
--> statement-breakpoint
GRANT SELECT (message_count) ON conversations TO parley_system;
--> statement-breakpoint
GRANT SELECT (chunk_count) ON documents TO parley_system;
--> statement-breakpoint
-- As in 0013: given to parley_system where whoever migrates may join that role, else run with its caller's rights.
DO $$
DECLARE
  signature text := 'app.keyword_hits(text, boolean, boolean, app.search_scope, int)';
BEGIN
  IF NOT pg_has_role(current_user, 'parley_system', 'SET') THEN
    BEGIN
      GRANT parley_system TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;
    EXCEPTION WHEN unique_violation OR internal_error THEN
      NULL; -- The same is happening in another database of the cluster.
    END;
  END IF;
  GRANT CREATE ON SCHEMA app TO parley_system;
  EXECUTE format('ALTER FUNCTION %s OWNER TO parley_system', signature);
  REVOKE CREATE ON SCHEMA app FROM parley_system;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'keyword search runs without its index: % may not grant the role parley_system', current_user;
  EXECUTE format('ALTER FUNCTION %s SECURITY INVOKER', signature);
END
$$;
