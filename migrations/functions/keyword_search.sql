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
-- Few texts are looked at one by one. Where many are asked for several words, a sample tells how frequent each is. The rare ones find texts, and so do
-- pairs of frequent ones, as many as the budget allows, and all together; where that is little, the rarest that is left adds some. In what is found,
-- all words count.
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
  is_follow_up boolean := EXISTS (SELECT FROM jsonb_array_elements(asked -> 'hints') hint WHERE (hint ->> 'weight')::float8 < 1);
  weights CONSTANT real[] := '{0.5,0.5,0.95,1}';
  most CONSTANT int := 6000;
  word_count int;
  phrase tsquery;
  required tsquery;
  excluded tsquery;
  -- The words, in parallel. `known`: in how many texts the sample says that one is; null where they are counted.
  queries tsquery[];
  counts float8[];
  kinds text[];
  known float8[];
  messages float8;
  chunks float8;
  texts float8;
  average float8;
  is_many boolean;
  -- Which words each text of the sample has.
  sample bigint[];
  budget float8;
  lookups tsquery[];
BEGIN
  WITH said AS (
    SELECT w.* FROM jsonb_to_recordset(app.words_asked(asked)) AS w (kind text, weight float8, forms text[], query tsquery)
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
  IF queries IS NULL THEN
    RETURN;
  END IF;
  word_count := cardinality(array_remove(kinds, 'part'));
  phrase := CASE WHEN word_count > 1 THEN app.phrase_of(asked ->> 'text') END;
  SELECT c.required, c.excluded INTO required, excluded FROM app.query_conditions(asked) c;
  messages := (SELECT coalesce(sum(c.message_count), 0) FROM public.conversations c
    WHERE 'message' = ANY (scope.sources) AND c.user_id = owner AND c.deleted_at IS NULL);
  chunks := (SELECT coalesce(sum(d.chunk_count), 0) FROM public.documents d
    WHERE 'document' = ANY (scope.sources) AND d.user_id = owner AND d.deleted_at IS NULL);
  texts := messages + chunks;
  lookups := ARRAY[(SELECT string_agg(query::text, ' | ')::tsquery FROM unnest(queries) query)];
  -- Few and short texts are looked at one by one. Others are found by the index of words, which takes a bitmap scan.
  SELECT bool_or(number > 100 OR size > 100000), sum(bytes) / nullif(sum(number), 0) INTO is_many, average FROM (
    SELECT count(*) AS number, sum(pg_column_size(search)) AS size, sum(bytes) AS bytes FROM (
      SELECT m.search, octet_length(m.content) AS bytes FROM public.messages m WHERE m.user_id = owner AND 'message' = ANY (scope.sources) LIMIT 200) m
    UNION ALL
    SELECT count(*), sum(pg_column_size(search)), sum(bytes) FROM (
      SELECT k.search, octet_length(k.content) AS bytes FROM public.document_chunks k WHERE k.user_id = owner AND 'document' = ANY (scope.sources) LIMIT 200) k
  ) lists;
  IF is_many THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_bitmapscan', 'on', true);
  END IF;
  -- What a filter leaves is not told by a sample: each word finds what it finds.
  budget := CASE WHEN required IS NULL AND num_nonnulls(scope.conversations, scope.documents, scope.roles, scope.created_after,
    scope.created_before, scope.metadata_path) = 0 THEN greatest(1500, most / cardinality(queries)) ELSE 'infinity'::float8 END;
  IF is_many AND cardinality(queries) > 1 AND texts > budget THEN
    -- Of a hundred conversations and documents some texts each.
    WITH words AS MATERIALIZED (SELECT 1::bigint << number::int AS bit, query FROM unnest(queries) WITH ORDINALITY AS w (query, number)), sampled AS (
      (SELECT m.* FROM (
        SELECT id, count(*) OVER () AS places FROM (
          SELECT c.id FROM public.conversations c WHERE c.user_id = owner AND c.deleted_at IS NULL AND c.message_count > 0 LIMIT 1000) c
        ORDER BY hashtext(id) LIMIT 100) c
      CROSS JOIN LATERAL (
        SELECT m.search, octet_length(m.content) AS bytes FROM public.messages m
        WHERE m.user_id = owner AND m.conversation_id = c.id LIMIT ceil(300 * messages / texts / least(places, 100))) m
      LIMIT ceil(300 * messages / texts))
      UNION ALL
      (SELECT k.* FROM (
        SELECT id, count(*) OVER () AS places FROM (
          SELECT d.id FROM public.documents d WHERE d.user_id = owner AND d.deleted_at IS NULL AND d.chunk_count > 0 LIMIT 1000) d
        ORDER BY hashtext(id::text) LIMIT 100) d
      CROSS JOIN LATERAL (
        SELECT k.search, octet_length(k.content) AS bytes FROM public.document_chunks k
        WHERE k.user_id = owner AND k.document_id = d.id LIMIT ceil(300 * chunks / texts / least(places, 100))) k
      LIMIT ceil(300 * chunks / texts))
    )
    SELECT coalesce(avg(bytes), average), array_agg((SELECT coalesce(bit_or(bit), 0) FROM words WHERE search @@ query)) INTO average, sample
    FROM (SELECT bytes, CASE WHEN pg_column_size(search) > 1500 THEN search || '' ELSE search END AS search FROM sampled OFFSET 0) s;
    WITH said AS (SELECT number, 1::bigint << number::int AS bit, query FROM unnest(queries) WITH ORDINALITY AS w (query, number)), words AS (
      SELECT *, sum(expected) OVER (ORDER BY expected, number) AS total FROM said CROSS JOIN LATERAL (
        SELECT texts * count(*) / greatest(cardinality(sample), 1) AS expected FROM unnest(sample) has WHERE has & bit <> 0) e
    ), rare AS (SELECT * FROM words WHERE total <= budget), frequent AS (SELECT * FROM words WHERE total > budget ORDER BY total LIMIT 6), pairs AS (
      SELECT query, coalesce((SELECT max(total) FROM rare), 0) + sum(expected) OVER (ORDER BY expected, bits) AS total
      FROM (SELECT a.query && b.query AS query, a.bit | b.bit AS bits FROM frequent a JOIN frequent b ON a.bit < b.bit) p
      CROSS JOIN LATERAL (
        SELECT texts * count(*) / greatest(cardinality(sample), 1) AS expected FROM unnest(sample) has WHERE has & bits = bits) e
    ), found AS (
      SELECT query, total FROM rare
      UNION ALL SELECT query, total FROM pairs WHERE total <= budget
      UNION ALL SELECT string_agg('(' || query::text || ')', ' & ')::tsquery, 0 FROM unnest(queries, kinds) AS w (query, kind) WHERE kind <> 'part'
    )
    SELECT ARRAY[string_agg('(' || query::text || ')', ' | ')::tsquery,
        CASE WHEN max(total) < 2 * wanted THEN (SELECT query FROM frequent ORDER BY total LIMIT 1) END],
      (SELECT array_agg(CASE WHEN total > budget THEN expected END ORDER BY number) FROM words)
    INTO lookups, known FROM found;
    lookups[2] := coalesce(lookups[2] && !! lookups[1], lookups[2]);
  END IF;
  RETURN QUERY
  WITH words AS MATERIALIZED (
    SELECT number, 1::bigint << number::int AS bit, query, weight, kind <> 'part' AS is_needed, known,
      forms[1]::tsquery AS first, forms[2]::tsquery AS second, forms[3]::tsquery AS third,
      nullif(array_to_string(forms[4:], ' | '), '')::tsquery AS others, cardinality(forms) - 3 AS more
    FROM unnest(queries, counts, kinds, known) WITH ORDINALITY AS w (query, weight, kind, known, number)
    CROSS JOIN LATERAL (SELECT string_to_array(query::text, ' | ') AS forms OFFSET 0) f
  ), lookups AS (
    SELECT CASE WHEN required IS NULL THEN query ELSE query && required END AS query, CASE number WHEN 1 THEN most ELSE least(most, budget) END AS most
    FROM unnest(lookups) WITH ORDINALITY AS l (query, number) WHERE query IS NOT NULL
  ), titles AS MATERIALIZED (
    SELECT c.id AS conversation_id, c.title_words, (SELECT bit_or(bit) FROM words WHERE c.title_words @@ query) AS has
    FROM public.conversations c
    WHERE 'message' = ANY (scope.sources) AND c.user_id = owner AND c.deleted_at IS NULL
      AND c.title_words @@ (SELECT string_agg(query::text, ' | ')::tsquery FROM words)
      AND (scope.conversations IS NULL OR c.id = ANY (scope.conversations))
    LIMIT 400
  ), found AS MATERIALIZED (
    -- Taken out of its compression once.
    SELECT row_number() OVER () AS row, source, id, parent, bytes, created_at, has AS titled,
      CASE WHEN pg_column_size(search) > 1500 THEN search || '' ELSE search END AS search FROM (
      SELECT 'message' AS source, m.*, t.has FROM lookups l CROSS JOIN LATERAL (
        SELECT m.conversation_id || '/' || m.id AS id, m.conversation_id, m.conversation_id || '/' || m.parent_id AS parent, m.search,
          octet_length(m.content) AS bytes, m.created_at
        FROM public.messages m
        WHERE 'message' = ANY (scope.sources) AND m.user_id = owner AND m.search @@ l.query AND m.deleted_at IS NULL
          AND m.status = 'complete' AND (excluded IS NULL OR NOT m.search @@ excluded AND NOT EXISTS (
            SELECT FROM public.conversations c WHERE c.user_id = owner AND c.id = m.conversation_id AND c.title_words @@ excluded))
          AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
          AND m.conversation_id <> ALL (scope.hidden_conversations)
          AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
          AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)
        LIMIT l.most) m
      LEFT JOIN titles t USING (conversation_id)
      UNION ALL
      SELECT 'document', k.*, NULL FROM lookups l CROSS JOIN LATERAL (
        SELECT k.id::text, NULL, NULL, k.search, octet_length(k.content), NULL::timestamptz FROM public.document_chunks k
        WHERE 'document' = ANY (scope.sources) AND k.user_id = owner AND k.search @@ l.query
          AND (excluded IS NULL OR NOT k.search @@ excluded)
          AND (scope.documents IS NULL OR k.document_id = ANY (scope.documents))
          AND k.document_id <> ALL (scope.hidden_documents)
        LIMIT l.most) k
      UNION ALL
      -- Of a conversation whose title has the words, its first messages, where they don't have them; and those that have what is required together with it.
      SELECT 'message', m.*, t.has FROM (SELECT * FROM titles ORDER BY bit_count(has::bit(64)) DESC LIMIT 20) t CROSS JOIN LATERAL (
        SELECT m.conversation_id || '/' || m.id, m.conversation_id, m.conversation_id || '/' || m.parent_id, m.search, octet_length(m.content), m.created_at
        FROM public.messages m
        WHERE m.user_id = owner AND m.conversation_id = t.conversation_id AND m.deleted_at IS NULL AND m.status = 'complete'
          AND m.seq <= CASE WHEN required IS NULL THEN 2 ELSE 200 END AND (m.seq <= 2 OR m.search @@ (SELECT string_agg(query::text, ' | ')::tsquery FROM words))
          AND NOT EXISTS (SELECT FROM lookups l WHERE m.search @@ l.query)
          AND (required IS NULL OR (m.search || t.title_words) @@ required) AND (excluded IS NULL OR NOT (m.search || t.title_words) @@ excluded)
          AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
          AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)) m
    ) texts
  ), counted AS MATERIALIZED (
    -- Of more than three forms, which are stems of different languages, a text has one.
    SELECT t.row, t.bytes, w.number, w.weight, w.is_needed, least(0.98, greatest(
      CASE WHEN t.titled & w.bit <> 0 THEN 0.3 END, ts_rank(weights, t.search, w.first), 0.95 * ts_rank(weights, t.search, w.second),
      0.95 * ts_rank(weights, t.search, w.third), 0.95 * w.more * ts_rank(weights, t.search, w.others))) AS share
    FROM found t JOIN words w ON t.search @@ w.query OR t.titled & w.bit <> 0
  ), rarity AS MATERIALIZED (
    SELECT number, ln(1 + (greatest(texts - many, 0) + 0.5) / (many + 0.5)) AS idf FROM (
      SELECT number, coalesce(min(w.known), count(*)) AS many FROM counted JOIN words w USING (number) GROUP BY number) w
  ), scored AS MATERIALIZED (
    SELECT c.row, count(*) FILTER (WHERE c.is_needed) = word_count AND word_count > 0 AS has_all,
      sum(c.weight * r.idf * 2.2 * n / (n + 1.2 * (0.25 + 0.75 * c.bytes / average))) AS rank
    FROM counted c JOIN rarity r USING (number) CROSS JOIN LATERAL (SELECT 0.65 * c.share / (1 - c.share) AS n) n
    GROUP BY c.row ORDER BY 2 DESC, 3 DESC, row LIMIT greatest(1000, wanted)
  ), ranked AS MATERIALIZED (
    SELECT t.source, t.id, t.parent, t.created_at, s.rank, CASE WHEN NOT s.has_all THEN 0 WHEN t.search @@ phrase THEN 2 ELSE 1 END AS tier
    FROM scored s JOIN found t USING (row)
  ), around AS MATERIALIZED (
    SELECT jsonb_object_agg(id, rank) AS before, jsonb_object_agg(parent, rank ORDER BY rank) FILTER (WHERE parent IS NOT NULL) AS after FROM ranked
  ), whole AS MATERIALIZED (
    -- What stands before and after a message in its conversation says what it is about. By maps: a join of so many is planned as one of two.
    SELECT r.source, r.id, r.rank + 0.5 * (coalesce(((SELECT before FROM around) ->> r.parent)::float8, 0)
      + coalesce(((SELECT after FROM around) ->> r.id)::float8, 0)) AS rank, r.tier, r.created_at
    FROM ranked r
  )
  -- What has all words ranks no lower than what has not, in a fused list as well; among themselves, by their own ranks. Not in a follow-up: few
  -- words, which say little by themselves.
  SELECT w.source, w.id, greatest(w.rank, (1 + w.tier / 1000.0) * CASE WHEN is_follow_up THEN NULL WHEN w.tier = 1 THEN (SELECT max(rank) FROM whole WHERE tier = 0)
      WHEN w.tier = 2 THEN (SELECT max(rank) FROM whole WHERE tier < 2) END) + w.rank / 1000 AS lifted, w.tier, w.created_at
  FROM whole w
  ORDER BY w.tier DESC, lifted DESC, w.created_at DESC NULLS LAST, w.id DESC LIMIT wanted;
END
$$;
REVOKE ALL ON FUNCTION app.keyword_search(jsonb, app.search_scope, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_search(jsonb, app.search_scope, int) TO parley_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM parley_system;
