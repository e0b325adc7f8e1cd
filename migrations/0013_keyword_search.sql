-- Whether a text passes the filter of a search; null where it doesn't. Plain SQL without a subselect, so that the planner
-- inlines it and drops what the filter does not ask for. `metadata` is a jsonpath predicate with its variables.
CREATE FUNCTION app.passes(filter jsonb, role text, tags text[], created_at timestamptz, metadata jsonb) RETURNS boolean
  LANGUAGE sql STABLE
  AS $$
    SELECT (filter -> 'roles' IS NULL OR filter -> 'roles' ? role)
      AND (filter -> 'tags' IS NULL OR to_jsonb(tags) @> (filter -> 'tags'))
      AND (filter ->> 'createdAfter' IS NULL OR created_at > (filter ->> 'createdAfter')::timestamptz)
      AND (filter ->> 'createdBefore' IS NULL OR created_at < (filter ->> 'createdBefore')::timestamptz)
      AND (filter -> 'metadata' IS NULL OR
        jsonb_path_match(metadata, (filter #>> '{metadata,path}')::jsonpath, filter #> '{metadata,vars}', true))
  $$;
--> statement-breakpoint
-- One word, as a tsquery that is not parsed any further.
CREATE FUNCTION app.as_term(lexeme text) RETURNS tsquery
  LANGUAGE sql IMMUTABLE
  AS $$ SELECT ('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''')::tsquery $$;
--> statement-breakpoint
-- What is asked for, as tsqueries of which a text must meet one, the more the better. Strict: one, as `websearch_to_tsquery`
-- reads it. Relaxed: each word by itself, the 50 longest. Prefix: the last word may go on. Read as `messages.search` reads
-- texts.
CREATE FUNCTION app.keyword_terms(language regconfig, asked text, relaxed boolean, prefix boolean) RETURNS tsquery[]
  LANGUAGE plpgsql IMMUTABLE
  AS $$
DECLARE
  -- A minus stands before a word or a phrase, and alone: `--all` and `a - b` mean no less than they say.
  words text := regexp_replace(regexp_replace(translate(lower(asked), '<', ' '), '-{2,}', ' ', 'g'),
    '-(?![[:alnum:]"])', ' ', 'g');
  last_word text := CASE WHEN prefix THEN substring(words FROM '(?:^|\s)([[:alnum:]]+)$') END;
  beginning tsquery := CASE WHEN last_word IS NOT NULL THEN to_tsquery(language, last_word || ':*') END;
  terms tsquery[];
BEGIN
  IF relaxed THEN
    SELECT array_agg(app.as_term(lexeme)) || array_remove(ARRAY[beginning], NULL) INTO terms
    FROM (SELECT lexeme FROM unnest(to_tsvector(language, left(words, length(words) - coalesce(length(last_word), 0))))
      ORDER BY length(lexeme) DESC, lexeme LIMIT 50) longest;
  ELSE
    terms := ARRAY[websearch_to_tsquery(language, words)];
    -- What ends in a word ends in that one, wherever it stands.
    IF numnode(beginning) > 0 AND terms[1]::text LIKE '%''' THEN
      terms := ARRAY[(terms[1]::text || ':*')::tsquery];
    END IF;
  END IF;
  RETURN ARRAY(SELECT term FROM unnest(terms) term WHERE numnode(term) > 0);
END
$$;
--> statement-breakpoint
-- The same as one tsquery, for ranks and highlights: these take the square of its length, so that of a long one it has the
-- words alone.
CREATE FUNCTION app.keyword_query(language regconfig, asked text, relaxed boolean, prefix boolean) RETURNS tsquery
  LANGUAGE plpgsql IMMUTABLE
  AS $$
DECLARE
  terms tsquery[] := app.keyword_terms(language, asked, relaxed, prefix);
BEGIN
  IF NOT relaxed AND numnode(terms[1]) > 100 THEN
    terms := app.keyword_terms(language, asked, true, prefix);
  END IF;
  RETURN (SELECT string_agg('(' || term::text || ')', ' | ')::tsquery FROM unnest(terms) term);
END
$$;
--> statement-breakpoint
-- The asking user's messages and chunks that hold the words, the best first. With parley_system's rights, whose policies show
-- it every text: so the index of owner and words serves the condition on words, which row-level security would keep from it
-- (docs/decisions/024-keyword-search.md). Whose texts these are is said here, by the same setting that the policies read.
-- All words: ranked by ts_rank. Relaxed: each word is looked up by itself, in 5,000 texts at most, and counts by how rare it is
-- (idf as in BM25). A word that is in more texts than that is frequent: it finds texts only where the others don't find enough, but
-- counts in all that are found, which also tell how frequent it is.
CREATE FUNCTION app.keyword_hits(asked text, relaxed boolean, prefix boolean, filter jsonb, asked_sources text[],
    asked_conversations uuid[], asked_documents uuid[], wanted int)
  RETURNS TABLE (source text, id uuid, rank float8)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' SET plan_cache_mode = 'force_custom_plan'
  AS $$
#variable_conflict use_column
DECLARE
  owner uuid := app.current_user_id();
  texts int;
BEGIN
  IF relaxed THEN
    SELECT count(*) INTO texts FROM (SELECT FROM public.chat_vectors v WHERE v.user_id = owner LIMIT 100000) v;
  END IF;
  RETURN QUERY
  WITH languages AS (
    SELECT 'message' AS source, 'simple'::regconfig AS language WHERE 'message' = ANY (asked_sources)
    UNION ALL
    SELECT DISTINCT 'document', d.language FROM public.documents d
    WHERE 'document' = ANY (asked_sources) AND d.user_id = owner AND d.deleted_at IS NULL
  ), terms AS (
    SELECT l.source, l.language, t.term, dense_rank() OVER (ORDER BY t.term) AS number,
      CASE WHEN relaxed THEN t.term ELSE app.keyword_query(l.language, asked, false, prefix) END AS ranked
    FROM languages l CROSS JOIN LATERAL
      unnest(app.keyword_terms(l.language, asked, relaxed, prefix)) AS t (term)
  ), matches AS MATERIALIZED (
    SELECT t.source, t.number, t.language, t.term, m.id, m.search
    FROM terms t CROSS JOIN LATERAL (
      SELECT m.id, m.search FROM public.messages m
      JOIN public.conversations c ON c.user_id = owner AND c.id = m.conversation_id AND c.deleted_at IS NULL
      WHERE t.source = 'message' AND m.user_id = owner AND m.search @@ t.term AND m.deleted_at IS NULL
        AND m.status = 'complete'
        AND (asked_conversations IS NULL OR m.conversation_id = ANY (asked_conversations))
        AND app.passes(filter, m.role, c.tags, m.created_at, m.metadata)
      LIMIT CASE WHEN relaxed THEN 5000 END) m
    UNION ALL
    SELECT t.source, t.number, t.language, t.term, k.id, k.search
    FROM terms t CROSS JOIN LATERAL (
      SELECT k.id, k.search FROM public.document_chunks k
      JOIN public.documents d ON d.user_id = owner AND d.id = k.document_id AND d.deleted_at IS NULL
      WHERE t.source = 'document' AND k.user_id = owner AND k.search @@ t.term AND k.language = t.language
        AND (asked_documents IS NULL OR k.document_id = ANY (asked_documents))
        AND app.passes(filter, NULL, d.tags, d.created_at, d.metadata)
      LIMIT CASE WHEN relaxed THEN 5000 END) k
  ), words AS MATERIALIZED (
    SELECT number, sum(found) AS found, bool_or(found = 5000) AS frequent
    FROM (SELECT number, source, language, count(*) AS found FROM matches GROUP BY number, source, language) lists GROUP BY number
  ), scored AS MATERIALIZED (
    SELECT DISTINCT m.source, m.id, t.number, ts_rank(m.search, t.term) AS rank
    FROM matches m JOIN words w USING (number)
    JOIN terms t ON t.source = m.source AND t.language = m.language AND m.search @@ t.term
    WHERE NOT w.frequent OR (SELECT coalesce(sum(found), 0) < wanted FROM words WHERE NOT frequent)
  ), weighed AS (
    SELECT number, ln(1 + (greatest(texts - many, 0) + 0.5) / (many + 0.5))::float8 AS weight
    FROM (
      SELECT number, CASE WHEN frequent
        THEN greatest(found, texts * count(scored.id)::float8 / (SELECT count(DISTINCT id) FROM scored)) ELSE found END AS many
      FROM words LEFT JOIN scored USING (number) GROUP BY number, found, frequent) counted
  )
  SELECT source, id, rank FROM (
    SELECT source, id, ts_rank(search, term)::float8 AS rank FROM matches WHERE NOT relaxed
    UNION ALL
    SELECT source, id, sum(rank * weight) FROM scored JOIN weighed USING (number) WHERE relaxed GROUP BY source, id) ranked
  ORDER BY rank DESC, id LIMIT wanted;
END
$$;
--> statement-breakpoint
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION app.passes(jsonb, text, text[], timestamptz, jsonb), app.as_term(text),
  app.keyword_terms(regconfig, text, boolean, boolean), app.keyword_query(regconfig, text, boolean, boolean),
  app.current_user_id() TO parley_app, parley_system;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION app.keyword_hits(text, boolean, boolean, jsonb, text[], uuid[], uuid[], int) TO parley_app;
--> statement-breakpoint
-- A function can be given to a role by its members only; whoever made the role may join it. Where whoever migrates may not
-- (somebody else made it), the function runs with its caller's rights: it finds the same, more slowly for users with many texts.
DO $$
DECLARE
  signature text := 'app.keyword_hits(text, boolean, boolean, jsonb, text[], uuid[], uuid[], int)';
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
