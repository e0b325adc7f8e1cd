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
-- Few texts are looked at one by one. Of many, a sample tells how frequent each word is. The rarer words find texts, as many as the budget
-- allows, and all words count in these. The frequent ones find texts by themselves only where enough of them together might outdo the
-- fiftieth: those that have them all, or all but the most frequent.
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
  word_count int;
  phrase tsquery;
  required tsquery;
  excluded tsquery;
  -- Words, in parallel: `known`, in how many texts one is, where it is not counted.
  queries tsquery[];
  counts float8[];
  kinds text[];
  known float8[];
  hopes float8[];
  is_many boolean;
  average float8;
  messages float8;
  chunks float8;
  -- Of each text of the sample which words it has, and for how many it stands.
  sample bigint[];
  stands float8[];
  budget int;
  most int := 6000;
  looked_up tsquery;
  -- Conversations whose title has words, and which.
  titled text[];
  titles bigint[];
  -- What is found, in parallel.
  kept record;
  sources text[] := '{}';
  ids text[] := '{}';
  parents text[] := '{}';
  times timestamptz[] := '{}';
  ranks float8[] := '{}';
  tiers int[] := '{}';
  bar float8;
  least float8;
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
  IF queries IS NULL THEN
    RETURN;
  END IF;
  word_count := cardinality(array_remove(kinds, 'part'));
  phrase := CASE WHEN word_count > 1 THEN app.phrase_of(asked ->> 'text') END;
  SELECT c.required, c.excluded INTO required, excluded FROM app.query_conditions(asked) c;
  messages := (SELECT coalesce(sum(c.message_count), 0) FROM public.conversations c WHERE c.user_id = owner AND c.deleted_at IS NULL);
  chunks := (SELECT coalesce(sum(d.chunk_count), 0) FROM public.documents d WHERE d.user_id = owner AND d.deleted_at IS NULL);
  -- Few and short texts are looked at one by one. Others are found by the index of words, which takes a bitmap scan.
  SELECT bool_or(texts > 100 OR size > 100000), sum(bytes) / greatest(sum(texts), 1) INTO is_many, average FROM (
    SELECT count(*) AS texts, sum(pg_column_size(search)) AS size, sum(bytes) AS bytes FROM (
      SELECT m.search, octet_length(m.content) AS bytes FROM public.messages m WHERE m.user_id = owner AND 'message' = ANY (scope.sources) LIMIT 101) m
    UNION ALL
    SELECT count(*), sum(pg_column_size(search)), sum(bytes) FROM (
      SELECT k.search, octet_length(k.content) AS bytes FROM public.document_chunks k WHERE k.user_id = owner AND 'document' = ANY (scope.sources) LIMIT 101) k
  ) lists;
  known := array_fill(NULL::float8, ARRAY[cardinality(queries)]);
  looked_up := (SELECT string_agg(query::text, ' | ')::tsquery FROM unnest(queries) query);
  IF is_many THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_bitmapscan', 'on', true);
    WITH words AS MATERIALIZED (SELECT 1::bigint << number::int AS bit, query FROM unnest(queries) WITH ORDINALITY AS w (query, number)), texts AS MATERIALIZED (
      SELECT bytes, (SELECT bit_or(w.bit) FROM words w WHERE t.search @@ w.query) AS has, count(*) OVER (PARTITION BY source) AS sampled, source FROM (
        SELECT 1 AS source, m.* FROM (
          SELECT id, number, count(*) OVER () AS places FROM (
            SELECT c.id, row_number() OVER () AS number FROM public.conversations c
            WHERE 'message' = ANY (scope.sources) AND c.user_id = owner AND c.deleted_at IS NULL AND c.message_count > 0 LIMIT 1000) c) c
        CROSS JOIN LATERAL (
          SELECT m.search, octet_length(m.content) AS bytes FROM public.messages m
          WHERE m.user_id = owner AND m.conversation_id = c.id LIMIT greatest(3, 300 / places)) m
        WHERE number % greatest(1, places / 100) = 0
        UNION ALL
        SELECT 2, k.* FROM (
          SELECT id, number, count(*) OVER () AS places FROM (
            SELECT d.id, row_number() OVER () AS number FROM public.documents d
            WHERE 'document' = ANY (scope.sources) AND d.user_id = owner AND d.deleted_at IS NULL AND d.chunk_count > 0 LIMIT 1000) d) d
        CROSS JOIN LATERAL (
          SELECT k.search, octet_length(k.content) AS bytes FROM public.document_chunks k
          WHERE k.user_id = owner AND k.document_id = d.id LIMIT greatest(3, 300 / places)) k
        WHERE number % greatest(1, places / 100) = 0
        LIMIT 800) t
    ), weighed AS (
      SELECT bytes, has, CASE source WHEN 1 THEN messages ELSE chunks END / sampled AS stand FROM texts
    )
    SELECT coalesce(sum(bytes * stand) / nullif(sum(stand), 0), average), array_agg(has), array_agg(stand) INTO average, sample, stands FROM weighed;
    -- What a filter leaves is not told by the sample: each word finds what it finds.
    budget := CASE WHEN required IS NULL AND num_nonnulls(scope.conversations, scope.documents, scope.roles, scope.created_after,
        scope.created_before, scope.metadata_path) = 0
      THEN greatest(600, least(2500, (messages + chunks) / 8)) ELSE 12000 END;
    WITH words AS (
      SELECT number, query, coalesce(e.estimate, 0) AS estimate,
        greatest(coalesce(e.estimate, 0), 0.5 * (SELECT max(stand) FROM unnest(stands) stand)) AS expected
      FROM unnest(queries) WITH ORDINALITY AS w (query, number)
      CROSS JOIN LATERAL (SELECT sum(stand) AS estimate FROM unnest(sample, stands) AS s (has, stand) WHERE has & (1::bigint << number::int) <> 0) e
    ), added AS (
      SELECT *, sum(expected) OVER (ORDER BY expected, number) <= budget OR estimate = 0 AS is_rare FROM words
    )
    SELECT array_agg(CASE WHEN NOT is_rare THEN estimate END ORDER BY number), (string_agg(query::text, ' | ') FILTER (WHERE is_rare))::tsquery,
      array_agg(counts[number] * ln(1 + (greatest(messages + chunks - estimate, 0) + 0.5) / (estimate + 0.5)) ORDER BY number)
    INTO known, looked_up, hopes FROM added;
  END IF;
  SELECT array_agg(id), array_agg(has) INTO titled, titles FROM (
    SELECT c.id, (SELECT bit_or(1::bigint << number::int) FROM unnest(queries) WITH ORDINALITY AS w (query, number) WHERE c.title_words @@ w.query) AS has
    FROM public.conversations c
    WHERE 'message' = ANY (scope.sources) AND c.user_id = owner AND c.deleted_at IS NULL
      AND c.title_words @@ (SELECT string_agg(query::text, ' | ')::tsquery FROM unnest(queries) query)
      AND (scope.conversations IS NULL OR c.id = ANY (scope.conversations))
    LIMIT 400) c;
  FOR attempt IN 1..3 LOOP
    IF attempt > 1 THEN
      -- The frequent words, those that count most.
      least := CASE WHEN cardinality(ranks) >= 50 THEN (SELECT rank FROM unnest(ranks) rank ORDER BY rank DESC OFFSET 49 LIMIT 1) / 1.5 ELSE 0 END;
      EXIT WHEN known IS NULL OR attempt = 3 AND cardinality(ranks) >= wanted;
      WITH words AS (
        SELECT 1::bigint << number::int AS bit, query, hope FROM unnest(queries, known, hopes) WITH ORDINALITY AS w (query, known, hope, number)
        WHERE known IS NOT NULL ORDER BY hope DESC LIMIT 6
      ), told AS (
        -- As many as the budget allows have a sum of this, or a greater one.
        SELECT sum, sum(stand) OVER (ORDER BY sum DESC) AS texts FROM (
          SELECT coalesce((SELECT sum(hope) FROM words WHERE has & bit <> 0), 0) AS sum, sum(stand) AS stand FROM unnest(sample, stands) AS s (has, stand)
          GROUP BY 1) sums
      ), sets AS (
        WITH RECURSIVE sets AS (
          SELECT 0::bigint AS bits, 0::float8 AS sum, NULL::float8 AS smallest, ''::text AS query, 0::bigint AS last
          UNION ALL
          SELECT s.bits | w.bit, s.sum + w.hope, least(s.smallest, w.hope), concat_ws(' & ', nullif(s.query, ''), '(' || w.query::text || ')'), w.bit
          FROM sets s JOIN words w ON w.bit > s.last)
        SELECT * FROM sets WHERE bits > 0
      ), bars AS (
        SELECT CASE WHEN attempt = 3 THEN (SELECT max(hope) FROM words)
          ELSE greatest(least, coalesce((SELECT min(sum) FROM told WHERE texts <= budget AND sum > 0), (SELECT sum(hope) FROM words))) END AS bar
      )
      SELECT string_agg('(' || query || ')', ' | ')::tsquery INTO looked_up FROM sets, bars WHERE sum >= bar - 1e-9 AND sum - smallest < bar - 1e-9;
    END IF;
    CONTINUE WHEN looked_up IS NULL;
    IF required IS NOT NULL THEN
      looked_up := looked_up && required;
    END IF;
    WITH words AS MATERIALIZED (
      SELECT number, 1::bigint << number::int AS bit, query, weight, kind <> 'part' AS is_needed, known, forms[1] AS f1, forms[2] AS f2, forms[3] AS f3, forms[4] AS f4,
        forms[5] AS f5, forms[6] AS f6
      FROM unnest(queries, counts, kinds, known) WITH ORDINALITY AS w (query, weight, kind, known, number)
      CROSS JOIN LATERAL (SELECT string_to_array(query::text, ' | ')::tsquery[] AS forms OFFSET 0) f
    ), titles AS (SELECT * FROM unnest(titled, titles) AS t (conversation_id, has)), texts AS (
      SELECT 'message' AS source, m.*, t.has AS titled FROM (
        SELECT m.conversation_id || '/' || m.id AS id, m.conversation_id || '/' || m.parent_id AS parent, m.conversation_id, m.search, octet_length(m.content) AS bytes, m.created_at
        FROM public.messages m
        WHERE 'message' = ANY (scope.sources) AND m.user_id = owner AND m.search @@ looked_up AND m.deleted_at IS NULL
          AND m.status = 'complete' AND (excluded IS NULL OR NOT m.search @@ excluded)
          AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
          AND m.conversation_id <> ALL (scope.hidden_conversations)
          AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
          AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)
        LIMIT most) m
      LEFT JOIN titles t USING (conversation_id)
      UNION ALL
      SELECT 'document', k.*, NULL FROM (
        SELECT k.id::text, NULL, NULL, k.search, octet_length(k.content), NULL::timestamptz FROM public.document_chunks k
        WHERE 'document' = ANY (scope.sources) AND k.user_id = owner AND k.search @@ looked_up
          AND (excluded IS NULL OR NOT k.search @@ excluded)
          AND (scope.documents IS NULL OR k.document_id = ANY (scope.documents))
          AND k.document_id <> ALL (scope.hidden_documents)
        LIMIT most) k
      UNION ALL
      -- Of a conversation whose title has the words, its first messages, where they don't have them.
      SELECT 'message', m.*, t.has FROM (SELECT * FROM titles ORDER BY bit_count(has::bit(64)) DESC LIMIT CASE WHEN attempt = 1 THEN 20 ELSE 0 END) t
      CROSS JOIN LATERAL (
        SELECT m.conversation_id || '/' || m.id, m.conversation_id || '/' || m.parent_id, m.conversation_id, m.search, octet_length(m.content) AS bytes, m.created_at
        FROM public.messages m
        WHERE m.user_id = owner AND m.conversation_id = t.conversation_id AND m.seq <= 2 AND m.deleted_at IS NULL AND m.status = 'complete'
          AND NOT m.search @@ looked_up AND (required IS NULL OR m.search @@ required) AND (excluded IS NULL OR NOT m.search @@ excluded)
          AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
          AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)) m
    ), counted AS MATERIALIZED (
      SELECT t.row, t.source, t.id, t.parent, t.created_at, t.has_phrase, w.number, w.is_needed, w.weight, 0.25 + 0.75 * t.bytes / average AS length,
        least(CASE WHEN t.search @@ w.query THEN greatest(ts_rank(weights, t.search, f1), 0.9 * ts_rank(weights, t.search, f2), 0.9 * ts_rank(weights, t.search, f3),
          0.9 * ts_rank(weights, t.search, f4), 0.9 * ts_rank(weights, t.search, f5), 0.9 * ts_rank(weights, t.search, f6), CASE WHEN t.titled & w.bit <> 0 THEN 0.3 END) ELSE 0.3 END, 0.98) AS share
      FROM (SELECT '{0.5,0.5,0.9,1}'::real[] AS weights) c,
        -- Taken out of its compression once.
        (SELECT *, search @@ phrase AS has_phrase FROM (SELECT row_number() OVER () AS row, source, id, parent, bytes, created_at, titled,
          CASE WHEN pg_column_size(search) > 1500 THEN search || '' ELSE search END AS search FROM texts OFFSET 0) t OFFSET 0) t
      JOIN words w ON t.search @@ w.query OR t.titled & w.bit <> 0
    ), rarity AS MATERIALIZED (
      SELECT number, weight * ln(1 + (greatest(messages + chunks - many, 0) + 0.5) / (many + 0.5)) AS hope
      FROM (SELECT w.number, w.weight, coalesce(w.known, found, 0) AS many FROM words w LEFT JOIN (SELECT number, count(*) AS found FROM counted GROUP BY number) c USING (number)) w
    ), scored AS MATERIALIZED (
      SELECT any_value(source) AS source, any_value(id) AS id, any_value(parent) AS parent, any_value(created_at) AS created_at,
        CASE WHEN word_count = 0 OR count(*) FILTER (WHERE is_needed) < word_count THEN 0 WHEN any_value(has_phrase) THEN 2 ELSE 1 END AS tier,
        sum(r.hope * 2.2 * n / (n + 1.2 * c.length)) AS rank
      FROM counted c JOIN rarity r USING (number) CROSS JOIN LATERAL (SELECT 0.65 * c.share / (1 - c.share) AS n) n
      GROUP BY row
    )
    SELECT array_agg(source) AS sources, array_agg(id) AS ids, array_agg(parent) AS parents, array_agg(created_at) AS times, array_agg(rank) AS ranks,
      array_agg(tier) AS tiers, (SELECT array_agg(hope ORDER BY number) FROM rarity) AS hopes
    INTO kept FROM (SELECT * FROM scored ORDER BY tier DESC, rank DESC, created_at DESC NULLS LAST LIMIT 800) best;
    sources := sources || kept.sources;
    ids := ids || kept.ids;
    parents := parents || kept.parents;
    times := times || kept.times;
    ranks := ranks || kept.ranks;
    tiers := tiers || kept.tiers;
    IF attempt = 1 THEN
      hopes := kept.hopes;
    END IF;
    EXIT WHEN array_remove(known, NULL) = '{}';
  END LOOP;
  RETURN QUERY
  WITH ranked AS MATERIALIZED (
    SELECT DISTINCT ON (source, id) * FROM unnest(sources, ids, parents, times, ranks, tiers) AS r (source, id, parent, created_at, rank, tier)
    ORDER BY source, id, rank DESC
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
