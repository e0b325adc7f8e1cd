-- Written by `npm run db:functions`.
SET LOCAL check_function_bodies = off;
--> statement-breakpoint
-- functions/dictionaries_of.sql
-- The stemmers of a text's language: by its script, else by how many of 25 frequent words of each language its first 600 characters have (`ts_rank` of
-- words joined by `|` is the mean over all of them). The likeliest first; of a short text several where it may be in any of them, and all of them where no word tells: it
-- is then read in each.
CREATE OR REPLACE FUNCTION app.dictionaries_of(content text) RETURNS regdictionary[]
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  head text := "left"(content, 600);
  words tsvector;
  script text;
  found regdictionary[];
BEGIN
  IF octet_length(head) > length(head) * 1.3 THEN
    script := CASE
      WHEN head ~ '[\u0400-\u04ff]{2}' THEN 'russian'
      WHEN head ~ '[\u0370-\u03ff]{2}' THEN 'greek'
      WHEN head ~ '[\u0600-\u06ff]{2}' THEN 'arabic'
      WHEN head ~ '[\u0900-\u097f]{2}' THEN 'hindi'
      WHEN head ~ '[\u0530-\u058f]{2}' THEN 'armenian'
      WHEN head ~ '[\u0b80-\u0bff]{2}' THEN 'tamil' END;
    IF script IS NOT NULL THEN
      RETURN ARRAY[(script || '_stem')::regdictionary];
    END IF;
  END IF;
  words := to_tsvector('simple', lower(head COLLATE pg_c_utf8));
  -- A frequent word of English tells; one word of another language, of which `al` and `in` are words of several, does not.
  SELECT array_agg(dictionary ORDER BY share DESC, number) FILTER (WHERE share >= 0.7 * best OR best < CASE WHEN number_of_best = 1 THEN 0.01 ELSE 0.045 END)
  INTO found FROM (
    SELECT *, max(share) OVER () AS best, first_value(number) OVER (ORDER BY share DESC, number) AS number_of_best FROM (
      SELECT dictionary, number, ts_rank('{1,1,1,1}', words, frequent) AS share
      FROM (VALUES
        (1, 'english_stem'::regdictionary, 'the|and|of|to|a|is|in|it|for|that|with|this|you|on|are|be|my|what|how|i|was|we|not|have|do'::tsquery),
        (2, 'german_stem', 'der|die|das|und|ist|nicht|ich|ein|eine|zu|mit|den|auf|für|von|wie|im|es|sich|dem|wir|in|kann|auch|war'),
        (3, 'french_stem', 'le|la|les|des|et|est|une|un|du|pour|que|pas|dans|je|qui|sur|avec|ce|il|au|en|de|ne|nous|vous'),
        (4, 'spanish_stem', 'el|la|los|las|de|y|por|con|para|una|un|del|se|su|como|lo|más|mi|es|que|en|cómo|qué|no|al'),
        (5, 'portuguese_stem', 'o|os|as|da|do|em|um|uma|não|com|no|na|e|ao|é|dos|de|que|para|por|se|como|mais|meu|ou'),
        (6, 'italian_stem', 'di|che|è|per|non|sono|della|nel|gli|come|alla|ho|il|la|un|una|del|le|con|si|i|da|e|in|lo'),
        (7, 'dutch_stem', 'de|het|van|een|niet|ik|op|te|dat|voor|met|zijn|er|aan|hoe|om|en|in|is|die|maar|je|wat|mijn|naar'),
        (8, 'swedish_stem', 'och|att|det|som|är|på|för|med|inte|av|jag|till|ett|hur|en|i|den|har|de|om|kan|vi|var|från|men'),
        (9, 'danish_stem', 'og|at|det|som|er|på|for|med|ikke|af|jeg|til|et|hvordan|en|i|den|har|de|om|kan|vi|var|fra|men'),
        (10, 'norwegian_stem', 'og|å|det|som|er|på|for|med|ikke|av|jeg|til|et|hvordan|en|i|den|har|de|om|kan|vi|var|fra|men'),
        (11, 'finnish_stem', 'ja|on|ei|että|se|oli|mutta|kun|niin|minä|miten|ovat|olen|mitä|tai|hän|joka|voi|ole|sitä|kuin|myös|nyt|sen|jos'),
        (12, 'hungarian_stem', 'a|az|és|hogy|nem|egy|van|meg|csak|mint|de|is|ez|ha|volt|el|már|vagy|mi|hogyan|azt|kell|lesz|be|én'),
        (13, 'turkish_stem', 've|bir|bu|için|ile|çok|ne|nasıl|değil|ben|olarak|da|de|daha|gibi|var|o|mi|ama|kadar|en|sonra|bana|olan|her')
      ) AS l (number, dictionary, frequent) OFFSET 0) shares) ranked;
  -- In several only what is short: each takes its time.
  RETURN CASE WHEN length(content) > 300 THEN found[1:1] ELSE found END;
END
$$;
REVOKE ALL ON FUNCTION app.dictionaries_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.dictionaries_of(text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/folded.sql
-- A word without what people leave out when they type: accents, vowel marks, ligatures, letters with a stroke. In lower case before.
-- Marks that make another letter in their script stay.
CREATE OR REPLACE FUNCTION app.folded(word text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN octet_length(word) = length(word) THEN word ELSE normalize(translate(regexp_replace(
    normalize(replace(replace(replace(word, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), NFKD),
    '[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670\u093c]', '', 'g'), 'ıøđðłħς', 'ioddlhσ'), NFC) END;
REVOKE ALL ON FUNCTION app.folded(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.folded(text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/forms_of.sql
-- What a piece of a text is found by, as entries of a tsvector at its place: A, as it stands; B, its stems, and itself without accents, hyphens and the
-- points of `U.S.A.`; C, its parts, which count less. A run without spaces is found by the pairs of its characters, and by its last one, so that a single character
-- is looked for as the beginning of a pair.
CREATE OR REPLACE FUNCTION app.forms_of(piece text, place text, dictionaries regdictionary[]) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  whole text := "left"(lower(piece COLLATE pg_c_utf8), 200);
  as_is text := ':' || place || 'A ';
  other text := ':' || place || 'B ';
  part text := ':' || place || 'C ';
  forms text := '';
  is_ascii boolean := octet_length(whole) = length(whole);
  bare text;
  word text;
  form text;
BEGIN
  IF NOT is_ascii AND piece ~ ('^[' || app.unspaced() || ']') THEN
    FOREACH form IN ARRAY app.pairs_of(whole) LOOP
      forms := forms || quote_literal(form) || as_is;
    END LOOP;
    RETURN forms;
  END IF;
  forms := quote_literal(whole) || as_is;
  IF NOT is_ascii THEN
    forms := forms || coalesce(quote_literal(nullif(app.folded(whole), '')) || other, '');
  END IF;
  IF piece !~ '[[:punct:]]' COLLATE pg_c_utf8 THEN
    forms := forms || app.stems_of(dictionaries, whole, other);
  ELSE
    bare := whole;
    IF piece ~ '[/@]' THEN
      -- A URL without its scheme.
      bare := rtrim(regexp_replace(whole, '^(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?', ''), '/');
      forms := forms || coalesce(quote_literal(nullif(nullif(bare, whole), '')) || other, '');
    END IF;
    FOREACH form IN ARRAY (regexp_split_to_array(bare, '[/?&=:@,;#]+'))[:32] LOOP
      CONTINUE WHEN form !~ '[[:alnum:]][[:punct:]]+[[:alnum:]]' COLLATE pg_c_utf8;
      forms := forms || quote_literal(form) || part;
      IF form ~ '\..*[^[:alnum:]. ]' THEN
        -- `created_at` in `users.created_at`.
        forms := forms || coalesce((SELECT string_agg(quote_literal(name) || part, '')
          FROM regexp_split_to_table(form, '\.') name WHERE name ~ '[[:alnum:]][[:punct:]]+[[:alnum:]]' COLLATE pg_c_utf8), '');
      END IF;
      IF form ~ '^v[0-9]' THEN
        forms := forms || quote_literal(substr(form, 2)) || part;
      ELSIF form ~ '\.[^.]*\.[a-z]+$' THEN
        forms := forms || quote_literal(substring(form FROM '[^.]+\.[^.]+$')) || part;
      END IF;
    END LOOP;
    FOREACH word IN ARRAY (regexp_split_to_array("left"(piece, 200) COLLATE pg_c_utf8, '[[:punct:]]+'))[:32] LOOP
      CONTINUE WHEN word = '';
      form := lower(word COLLATE pg_c_utf8);
      forms := forms || coalesce(quote_literal(nullif(app.folded(form), '')) || part, '') || app.stems_of(dictionaries, form, part);
    END LOOP;
    form := app.joined(whole);
    IF form IS NOT NULL THEN
      forms := forms || quote_literal(form) || other || app.stems_of(dictionaries, form, other);
    END IF;
  END IF;
  IF piece COLLATE pg_c_utf8 ~ '[[:lower:]][[:upper:]]|[[:upper:]][[:upper:]][[:lower:]]|[[:alpha:]][0-9]|[0-9][[:alpha:]]' THEN
    FOR form IN SELECT * FROM app.parts_of("left"(piece, 200)) LOOP
      word := app.folded(form);
      forms := forms || coalesce(quote_literal(nullif(word, '')) || part, '');
      IF length(word) > 2 AND word !~ '^[0-9]' THEN
        forms := forms || app.stems_of(dictionaries, form, part);
      END IF;
    END LOOP;
  END IF;
  IF NOT is_ascii AND piece ~ '[\uac00-\ud7a3][\uac00-\ud7a3][\uac00-\ud7a3]' THEN
    FOREACH form IN ARRAY app.pairs_of(substring(piece FROM '[\uac00-\ud7a3]+')) LOOP
      forms := forms || quote_literal(form) || part;
    END LOOP;
  END IF;
  RETURN forms;
END
$$;
REVOKE ALL ON FUNCTION app.forms_of(text, text, regdictionary[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.forms_of(text, text, regdictionary[]) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/index_title.sql
-- Before a conversation is written: the words of its title, for the keyword search.
CREATE OR REPLACE FUNCTION app.index_title() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  NEW.title_words := app.words_of('simple', NEW.title);
  NEW.words_version := 1;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION app.index_title() FROM PUBLIC;
--> statement-breakpoint
-- functions/index_words.sql
-- Before a row is written: the words of its text, for the keyword search. Of what a request writes in one transaction, as much is read at once as takes
-- some 30 ms: 40 short texts, or 60,000 letters of plain English, and less of text with digits, signs or other scripts, of which each takes as long as a dozen letters;
-- the rest waits (null) and is read in the background, in small transactions (docs/decisions/037-words-that-wait.md).
CREATE OR REPLACE FUNCTION app.index_words() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
DECLARE
  most CONSTANT int := 16000;
  work int := coalesce(nullif(current_setting('app.words_read', true), '')::int, 0) + 400 + least(octet_length(NEW.content), 240000) / 4;
BEGIN
  IF work <= most THEN
    work := work + 3 * length(regexp_replace("left"(NEW.content, 60000), '[A-Za-z ]+', '', 'g'));
  END IF;
  IF work > most AND current_user = 'parley_app' THEN
    NEW.search := NULL;
  ELSE
    PERFORM set_config('app.words_read', work::text, true);
    NEW.words_version := 1;
    IF TG_TABLE_NAME = 'document_chunks' THEN
      NEW.search := app.words_of_chunk(NEW.language, NEW.context, NEW.content);
    ELSE
      NEW.search := app.words_of('simple', NEW.content);
    END IF;
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION app.index_words() FROM PUBLIC;
--> statement-breakpoint
-- functions/joined.sql
-- `Wi-Fi`, `e-mail` and `U.S.A.` as one word, without accents; null of what is not written so.
CREATE OR REPLACE FUNCTION app.joined(word text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
BEGIN
  IF word ~ '^[[:alpha:]]+(?:-[[:alpha:]]+)+$|^[[:alpha:]]{1,2}(?:\.[[:alpha:]]{1,2})+$' COLLATE pg_c_utf8 AND length(word) <= 60 THEN
    RETURN app.folded(translate(word, '-.', ''));
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.joined(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.joined(text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/keyword_hits.sql
-- As release 0.3.0 asks: its Worker runs until the next one is deployed. To be dropped in the release after this one.
GRANT CREATE ON SCHEMA app TO parley_system;
SET LOCAL ROLE parley_system;
CREATE OR REPLACE FUNCTION app.keyword_hits(asked text, relaxed boolean, prefix boolean, scope app.search_scope, wanted int)
  RETURNS TABLE (source text, id text, rank float8, words tsquery)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT source, id, rank, app.keyword_query('simple', asked, true, prefix)
    FROM app.keyword_search(jsonb_build_object('text', asked, 'prefix', prefix, 'all', NOT relaxed), scope, wanted)
  $$;
REVOKE ALL ON FUNCTION app.keyword_hits(text, boolean, boolean, app.search_scope, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_hits(text, boolean, boolean, app.search_scope, int) TO parley_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM parley_system;
--> statement-breakpoint
-- functions/keyword_search.sql
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
--> statement-breakpoint
-- functions/pairs_of.sql
-- The pairs of neighbouring characters of a run, each with the marks that belong to it, and the last one alone.
CREATE OR REPLACE FUNCTION app.pairs_of(run text) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (
    SELECT array_agg((character || coalesce(next, '')) COLLATE "C")
    FROM (
      SELECT match[1] AS character, lead(match[1]) OVER (ORDER BY number) AS next
      FROM regexp_matches(run, '.[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*', 'g')
        WITH ORDINALITY AS found (match, number)) pairs);
REVOKE ALL ON FUNCTION app.pairs_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.pairs_of(text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/parts_of.sql
-- The parts of `camelCase`, `HTTPServer` and `v2`, and the letters of `iPhone15` as one; in lower case; none of a word that is one part.
CREATE OR REPLACE FUNCTION app.parts_of(word text) RETURNS SETOF text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$
    SELECT lower(part[1] COLLATE pg_c_utf8) COLLATE "C"
    FROM (
      SELECT * FROM regexp_matches(word COLLATE pg_c_utf8, '[[:upper:]]+(?![[:lower:]])|[[:upper:]]?[[:lower:]]+|[0-9]+', 'g') part
      UNION
      SELECT * FROM regexp_matches(word COLLATE pg_c_utf8, '[[:alpha:]]{2,}', 'g') part
      WHERE word COLLATE pg_c_utf8 ~ '[[:alpha:]][0-9]|[0-9][[:alpha:]]') parts
    WHERE word COLLATE pg_c_utf8 ~ '[[:lower:]][[:upper:]]|[[:upper:]][[:upper:]][[:lower:]]|[[:alpha:]][0-9]|[0-9][[:alpha:]]'
  $$;
REVOKE ALL ON FUNCTION app.parts_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.parts_of(text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/passage_of.sql
-- A passage of a text with what was looked for between U+0002 and U+0003, which are taken out of the text before: the whole of a short one; of the
-- first 20,000 characters of others, what stands around the first of `places`, patterns of which each is tried. A word is looked for by
-- any of its forms, and in part by its beginning; what is invisible does not matter. Null where nothing is marked.
CREATE OR REPLACE FUNCTION app.passage_of(content text, dictionaries regdictionary[], forms text[], beginning text, places text[]) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  -- As in app.pieces_of.
  invisible constant text := U&'\00AD\200B\200C\200D\2060\FEFF\200E\200F\FE0E\FE0F';
  dictionary regdictionary := dictionaries[1];
  is_unsure boolean := cardinality(dictionaries) > 1;
  head text := "left"(content, 20000);
  sought text;
  pattern text;
  place int := 0;
  is_end boolean;
  is_plain boolean;
  passage text;
BEGIN
  IF length(head) > 400 THEN
    sought := (CASE WHEN octet_length(head) = length(head) THEN head ELSE
      app.folded(lower(normalize(CASE WHEN head ~ ('[' || invisible || ']') THEN translate(head, invisible, '') ELSE head END, NFKC) COLLATE pg_c_utf8)) END) COLLATE pg_c_utf8;
    FOREACH pattern IN ARRAY places LOOP
      place := regexp_instr(sought, pattern, 1, 1, 0, 'i');
      EXIT WHEN place > 0;
    END LOOP;
    -- Of another length, where it has combining marks or the like: these are mostly all over a text.
    place := round(place::float8 * length(head) / greatest(1, length(sought)));
    is_end := greatest(1, place - 80) + 320 > length(head);
    head := substr(head, greatest(1, place - 80), 320);
    IF place > 81 THEN
      head := regexp_replace(head, '^\S{0,30}\s+', '');
    END IF;
    IF NOT is_end THEN
      head := rtrim(regexp_replace(head, '\s+\S{0,30}$', ''));
    END IF;
  END IF;
  head := translate(head, E'\x02\x03', '');
  is_plain := octet_length(head) = length(head);
  passage := (
    SELECT string_agg(CASE WHEN is_marked THEN E'\x02' || run || E'\x03' ELSE run END, '' ORDER BY number)
    FROM (
      SELECT number, run, CASE
        WHEN run !~ (CASE WHEN is_plain THEN '^[A-Za-z0-9]' ELSE '[^[:punct:][:space:][:cntrl:]]|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]' END) COLLATE pg_c_utf8 THEN false
        WHEN word = ANY (forms) OR app.folded(word) = ANY (forms) OR app.folded((ts_lexize(dictionary, word))[1]) = ANY (forms)
          OR is_unsure AND EXISTS (SELECT FROM unnest(dictionaries) d WHERE app.folded((ts_lexize(d, word))[1]) = ANY (forms))
          OR app.folded(word) LIKE beginning || '%' THEN true
        WHEN run ~ '[[:lower:]][[:upper:]]|[[:upper:]][[:upper:]][[:lower:]]|[[:alpha:]][0-9]|[0-9][[:alpha:]]' COLLATE pg_c_utf8 THEN EXISTS (
          SELECT FROM app.parts_of(run) part WHERE app.folded(part) = ANY (forms) OR app.folded((ts_lexize(dictionary, part))[1]) = ANY (forms))
        WHEN octet_length(run) = length(run) THEN false
        -- Of half-width Kana several are one run.
        WHEN word ~ ('^[' || app.unspaced() || ']') THEN word || next = ANY (forms) OR previous || word = ANY (forms)
          OR length(word) > 1 AND app.pairs_of(word) && forms
        WHEN run ~ '^[\uac00-\ud7a3]{3}' THEN app.pairs_of(word) && forms
        ELSE false END AS is_marked
      FROM (
        SELECT run, number, lower(CASE WHEN is_plain THEN run ELSE translate(normalize(run, NFKC), invisible, '') END COLLATE pg_c_utf8) COLLATE "C" AS word,
          lead(run) OVER (ORDER BY number) AS next, lag(run) OVER (ORDER BY number) AS previous
        FROM regexp_matches(head COLLATE pg_c_utf8, CASE WHEN is_plain THEN '[A-Za-z0-9]+|[^A-Za-z0-9]+' ELSE
          '[' || app.unspaced() || '][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]|[^[:punct:][:space:][:cntrl:]' || app.unspaced() || ']+|(?:(?![\u2600-\u27bf\u2b50\U0001f000-\U0001faff])[[:punct:][:space:][:cntrl:]])+' END, 'g') WITH ORDINALITY AS found (match, number)
        CROSS JOIN LATERAL (SELECT match[1] COLLATE "C" AS run) r) runs) marked);
  -- What is of one piece is marked as one.
  RETURN CASE WHEN strpos(passage, E'\x02') > 0 THEN regexp_replace(passage, E'\x03([-._/:@\\\\]?)\x02', '\1', 'g') END;
END
$$;
REVOKE ALL ON FUNCTION app.passage_of(text, regdictionary[], text[], text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.passage_of(text, regdictionary[], text[], text, text[]) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/phrase_of.sql
-- Words that stand side by side, as they are but for case and accents; null where there is none.
CREATE OR REPLACE FUNCTION app.phrase_of(asked text) RETURNS tsquery
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$
    SELECT string_agg(CASE WHEN gap IS NULL THEN '' ELSE ' <' || gap || '> ' END || word, '' ORDER BY number)::tsquery
    FROM (
      SELECT row_number() OVER () AS number, place - lag(place) OVER (ORDER BY place, piece) AS gap,
        CASE WHEN piece ~ ('^[' || app.unspaced() || ']')
          THEN '(' || (SELECT string_agg(app.as_term(pair)::text || CASE WHEN cardinality(all_pairs) = 1 THEN ':*' ELSE '' END, ' & ')
            FROM app.pairs_of(piece) all_pairs CROSS JOIN LATERAL unnest(all_pairs) WITH ORDINALITY pairs (pair, part)
            WHERE part = 1 OR part < cardinality(all_pairs)) || ')'
          ELSE app.as_term(coalesce(nullif(app.folded(lower(piece COLLATE pg_c_utf8)), ''), piece))::text END AS word
      FROM app.pieces_of("left"(asked, 1000)) WITH ORDINALITY AS found (piece, place, is_simple, number)
      WHERE place > 1 OR number = 1 LIMIT 40) words
  $$;
REVOKE ALL ON FUNCTION app.phrase_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.phrase_of(text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/pieces_of.sql
-- What stands between spaces, quotes, brackets and commas, in order: a word, something made of several (a path, a URL, a version, an
-- address), a run of a script that puts no space between words, or an emoji. Without the punctuation around it, but for what belongs to
-- it: `.NET`, `#tag`, `@name`, `--flag`, `C++`. Compatibility forms are folded (NFKC). A phone number is a piece of its digits as well, with its
-- prefixes and without, and so is `1,250`, since people space numbers as they like. `is_simple`: a plain word of a to z.
CREATE OR REPLACE FUNCTION app.pieces_of(content text, OUT piece text, OUT place int, OUT is_simple boolean) RETURNS SETOF record
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET plan_cache_mode = 'force_generic_plan'
  AS $$
BEGIN
  content := replace(content, '\', '/');
  IF octet_length(content) <> length(content) THEN
    content := translate(normalize(content, NFKC),
      U&'\200B\200C\02BC\0966\0967\0968\0969\096A\096B\096C\096D\096E\096F\00AD\200D\2060\FEFF\200E\200F\FE0E\FE0F', ' -''0123456789');
    content := regexp_replace(content, '[' || app.unspaced() || ']+|[\u2600-\u27bf\u2b50\U0001f000-\U0001f3fa\U0001f400-\U0001faff]', ' \& ', 'g');
  END IF;
  RETURN QUERY
  SELECT found.piece, least(found.number, 16383)::int, found.is_simple FROM (
    SELECT number, s.is_simple, CASE WHEN s.is_simple THEN rtrim(raw, '.:!?')
      ELSE substring(rtrim(raw, '.:!?*_~`=&%/^-@$+') || CASE WHEN raw ~ '[[:alnum:]]\+\+[.:!?]*$' COLLATE pg_c_utf8 THEN '++' ELSE '' END
        FROM '(?:(?:--?(?=[[:alnum:]])|[.#@$](?=[[:alpha:]])))?[^[:punct:]].*$|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]') END AS piece
    FROM regexp_split_to_table(content COLLATE pg_c_utf8, '[[:space:][:cntrl:]"''’‘‚“”„«»‹›()\[\]{}<>,;|…。、！？「」『』【】《》·•—–।؟،]+')
      WITH ORDINALITY AS split (raw, number)
    CROSS JOIN LATERAL (SELECT raw COLLATE "C" ~ '^[A-Z]?[a-z]+[.:!?]?$' AND octet_length(raw) <= 40 AS is_simple OFFSET 0) s) found
  -- Marks alone are no word: folded, nothing is left of them.
  WHERE found.piece <> '' AND (found.is_simple OR found.piece !~ '^[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670\u093c]+$');
  IF content ~ '[0-9][ ()./,''’-]+[0-9]' THEN
    RETURN QUERY
    SELECT DISTINCT joined, 1, false FROM (
      SELECT unnest(CASE WHEN length(digits) < 10 THEN ARRAY[digits] ELSE ARRAY[digits, "right"(digits, 10), "right"(digits, 7)] END) AS joined
      FROM regexp_matches(content, '[0-9][0-9 ()./-]+[0-9]', 'g') AS found (match)
      CROSS JOIN LATERAL regexp_replace(match[1], '[^0-9]', '', 'g') digits
      WHERE length(digits) BETWEEN 7 AND 15 AND digits <> match[1] AND length(match[1]) <= 24
      UNION ALL
      SELECT regexp_replace(match[1], '[^0-9]', '', 'g')
      FROM regexp_matches(content, '(?<![0-9.,])([0-9]{1,3}(?:[,. ''’][0-9]{3})+)(?![0-9])', 'g') AS found (match)) numbers;
  END IF;
  IF content ~ '(?<![0-9])0[0-9]{9,12}(?![0-9])' THEN
    RETURN QUERY
    SELECT ltrim(match[1], '0'), 1, false FROM regexp_matches(content, '(?<![0-9])(0[0-9]{9,12})(?![0-9])', 'g') AS found (match);
  END IF;
END
$$;
REVOKE ALL ON FUNCTION app.pieces_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.pieces_of(text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/query_conditions.sql
-- What a text must hold, and must not, to be found at all; null where anything will do. See app.keyword_search.
CREATE OR REPLACE FUNCTION app.query_conditions(asked jsonb, OUT required tsquery, OUT excluded tsquery)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  goes_on boolean := coalesce((asked ->> 'prefix')::boolean, false);
BEGIN
  -- Of a word any form will do.
  SELECT string_agg('(' || one || ')', ' & ')::tsquery INTO required FROM (
    SELECT string_agg('(' || coalesce(word.query, app.phrase_of(alternative)::text) || ')', ' | ') AS one
    FROM jsonb_array_elements(asked -> 'required') WITH ORDINALITY AS groups (alternatives, number)
    CROSS JOIN LATERAL jsonb_array_elements_text(alternatives) alternative
    LEFT JOIN LATERAL (
      SELECT min(w.query::text) AS query FROM app.query_words(alternative, goes_on AND right(asked ->> 'text', length(alternative)) = alternative) w
      WHERE kind <> 'part' HAVING count(*) = 1) word ON alternative !~ '\s'
    GROUP BY number
    UNION ALL
    SELECT w.query::text FROM (
      SELECT query, kind, bool_or(kind = 'word') OVER () AS says_something FROM app.query_words(asked ->> 'text', goes_on) WHERE (asked ->> 'all')::boolean) w
    WHERE w.kind = CASE WHEN w.says_something THEN 'word' ELSE 'stop' END
      -- Of those with OR between them one will do.
      AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(asked -> 'required') alternatives CROSS JOIN LATERAL jsonb_array_elements_text(alternatives) alternative
        CROSS JOIN LATERAL app.query_words(alternative, goes_on AND right(asked ->> 'text', length(alternative)) = alternative) other
        WHERE jsonb_array_length(alternatives) > 1 AND other.query::text = w.query::text)) conditions;
  -- `tar -xzf` finds the texts with that flag: they have the word, too, but as a part of it.
  SELECT string_agg('(' || app.phrase_of(one)::text || CASE WHEN one ~ '^[[:alnum:]]+$' THEN ' & !' || app.as_term('-' || lower(one))::text ELSE '' END || ')', ' | ')::tsquery
  INTO excluded FROM jsonb_array_elements_text(asked -> 'excluded') one;
END
$$;
REVOKE ALL ON FUNCTION app.query_conditions(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.query_conditions(jsonb) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/query_words.sql
-- What a text is looked for by: its words, and their parts with less weight. A word is met by any of its forms: as it stands, without accents, or as a
-- stem of one of the languages of its script, since the texts may be in any; `query` has it as it stands first. `kind`: `word`; `stop`, which says little in the language of
-- what is asked; `part` of a word. Of a long text the 40 longest.
CREATE OR REPLACE FUNCTION app.query_words(asked text, goes_on boolean, OUT kind text, OUT weight float8, OUT forms text[], OUT query tsquery) RETURNS SETOF record
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' SET enable_hashagg = 'off' SET jit = 'off'
  AS $$
#variable_conflict use_column
DECLARE
  dictionary regdictionary := (app.dictionaries_of(asked))[1];
  language text := left(dictionary::text, -5);
  dictionaries regdictionary[] := CASE
    WHEN language = 'russian' THEN '{russian_stem,serbian_stem}'
    WHEN language = 'hindi' THEN '{hindi_stem,nepali_stem}'
    WHEN language IN ('greek', 'arabic', 'armenian', 'tamil') THEN ARRAY[dictionary]
    WHEN asked ~ '[\u05d0-\u05ea]' THEN '{yiddish_stem}'
    ELSE '{english_stem,german_stem,french_stem,spanish_stem,portuguese_stem,italian_stem,dutch_stem,swedish_stem,danish_stem,norwegian_stem,finnish_stem,hungarian_stem,turkish_stem,romanian_stem,catalan_stem,basque_stem,irish_stem,lithuanian_stem,indonesian_stem,serbian_stem}' END;
  -- `war` is German as well: one such word does not make a language.
  is_sure boolean := language = 'english' OR cardinality(dictionaries) < 3 OR 1 < (
    SELECT count(*) FROM app.pieces_of("left"(asked, 600)) WHERE ts_lexize(dictionary, lower(piece COLLATE pg_c_utf8)) = '{}');
BEGIN
  RETURN QUERY
  WITH pieces AS MATERIALIZED (
    SELECT piece, place, row_number() OVER () AS number, piece ~ '[[:punct:]]' COLLATE pg_c_utf8 AS is_compound,
      piece ~ ('^[' || app.unspaced() || ']') AS is_unspaced
    FROM app.pieces_of("left"(asked, 8000)) LIMIT 400
  ), said AS (
    SELECT number, 'word' AS kind, 1 AS weight, lower(piece COLLATE pg_c_utf8) COLLATE "C" AS word, NOT is_compound AS is_plain,
      place = max(place) OVER () AND goes_on AS goes_on
    FROM pieces WHERE NOT is_unspaced
    UNION ALL
    -- A part says as much of its word as it makes up.
    SELECT number, 'part', length(run)::float8 / length(piece), lower(run COLLATE pg_c_utf8) COLLATE "C", true, false
    FROM pieces CROSS JOIN LATERAL regexp_split_to_table(piece COLLATE pg_c_utf8, '[[:punct:]]+') run
    WHERE is_compound AND run <> ''
    UNION ALL
    SELECT number, 'part', 0.6 * length(part) / length(piece), part, true, false
    FROM pieces CROSS JOIN LATERAL app.parts_of(piece) part
    UNION ALL
    SELECT number, CASE WHEN is_unspaced THEN 'word' ELSE 'part' END, CASE WHEN is_unspaced THEN 1 ELSE 0.3 END, pair COLLATE "C", false,
      cardinality(all_pairs) = 1
    FROM pieces CROSS JOIN LATERAL app.pairs_of(lower(piece COLLATE pg_c_utf8)) all_pairs
    CROSS JOIN LATERAL unnest(all_pairs) WITH ORDINALITY pairs (pair, nth)
    WHERE (is_unspaced OR piece ~ '^[\uac00-\ud7a3]{3}') AND (nth = 1 OR nth < cardinality(all_pairs))
  ), words AS MATERIALIZED (
    -- More than are needed, since several may have the same forms.
    SELECT kind, max(weight) AS weight, word, is_plain, bool_or(goes_on) AS goes_on FROM said WHERE length(word) <= 200
    GROUP BY kind, word, is_plain ORDER BY kind = 'part', length(word) DESC, word LIMIT 80
  ), stems AS MATERIALIZED (
    SELECT DISTINCT w.word, s.form
    FROM (SELECT DISTINCT word FROM words WHERE is_plain) w CROSS JOIN unnest(dictionaries) d
    CROSS JOIN LATERAL (SELECT app.folded((ts_lexize(d, w.word))[1]) COLLATE "C" AS stem OFFSET 0) l
    -- What app.stem_of does, without a call for each of some hundred stems.
    CROSS JOIN LATERAL (SELECT CASE WHEN length(stem) > 3 OR d = 'english_stem'::regdictionary THEN stem ELSE stem || '~' END AS form OFFSET 0) s
    WHERE s.form <> app.folded(w.word)
  ), formed AS MATERIALIZED (
    SELECT CASE WHEN w.kind = 'word' AND is_sure AND is_plain AND ts_lexize(dictionary, word) = '{}' THEN 'stop' ELSE w.kind END AS kind, w.weight, w.goes_on, w.word,
      ARRAY(
        SELECT form FROM stems s WHERE w.is_plain AND s.word = w.word
        UNION SELECT word UNION SELECT app.folded(word)
        UNION SELECT unnest(ARRAY[one, app.stem_of(dictionary, one)]) FROM app.joined(word) one WHERE NOT w.is_plain AND one IS NOT NULL
        -- `ue` of who has no `ü` at hand.
        UNION SELECT regexp_replace(word, '([aou])e(?![aeiouwy])', '\1', 'g') WHERE word ~ '^[a-z]*[aou]e[b-df-hj-np-tvxz]'
        UNION SELECT rtrim(regexp_replace(word, '^(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?', ''), '/') WHERE word ~ '[/@]' ORDER BY 1) AS forms
    FROM words w
    WHERE w.kind = 'word' OR NOT (is_sure AND is_plain AND ts_lexize(dictionary, word) IS NOT DISTINCT FROM '{}')
  )
  SELECT f.kind, max(f.weight)::float8, f.forms,
    (SELECT string_agg('''' || replace(replace(form, '\', '\\'), '''', '''''') || '''' || CASE WHEN bool_or(f.goes_on) AND form = app.folded(min(f.word)) THEN ':*' ELSE '' END, ' | '
      ORDER BY form <> min(f.word), form) FROM unnest(f.forms) form WHERE form <> '')::tsquery
  FROM formed f GROUP BY f.kind, f.forms ORDER BY f.kind = 'part', max(length(f.word)) DESC, f.forms LIMIT 40;
END
$$;
REVOKE ALL ON FUNCTION app.query_words(text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.query_words(text, boolean) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/save_chat.sql
-- Brings a conversation to the list of messages that a client holds: a path, each message after the one before it. A message is
-- looked up by the id that the client gives it, among those that follow the same parent; the first one anywhere, as a client may
-- hold only the end of a chat. What differs from all of them is new, and so is all that follows it: one branch
-- (docs/decisions/039-save-a-chat.md). Called under the lock on the conversation; its counters are the caller's.
-- `given`: objects with `position` (1, 2, 3 …), `id`, `role`, `parts`, and where sent `content`, `attachments`, `reasoning`,
-- `status`, `model`, `usage` and `metadata`. `text` is what the parts say, left out where it is that of the only text part.
-- Of what is written it also returns what is said, and of new messages by whom, and the branch. `is_queued`: text or status are new; `is_new_text`: there
-- was another one before.
-- `timeout_minutes`: an `in_progress` message that is older counts as failed.
CREATE OR REPLACE FUNCTION app.save_chat(owner uuid, conversation text, given jsonb, timeout_minutes int)
  RETURNS TABLE (place int, sent text, stored text, outcome text, said_by text, said text, said_status text, in_branch int, is_new_text boolean,
    is_queued boolean)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  awaits constant jsonpath := '$[*] ? ((@.type == "dynamic-tool" || @.type starts with "tool-") && (@.preliminary == true ||
    @.state == "input-streaming" || @.state == "input-available" || @.state == "approval-requested" || @.state == "approval-responded"))';
  last_may_go_on constant jsonpath := '$[last] ? (@.type == "dynamic-tool" || @.type starts with "tool-" || @.state == "streaming")';
  -- Of one id below one parent: older ones are not looked at.
  most_variants constant int := 20;
  -- What is looked at closely, or changed, which costs twice as much (docs/decisions/035-request-cost.md).
  most_effort constant int := 300;
  effort int := 0;
  chat record;
  message jsonb;
  others constant text[] := ARRAY['status', 'content', 'attachments', 'reasoning', 'model', 'usage'];
  -- Of each message of the list that is there as it was sent; null for the others.
  same_branches int[];
  same_depths int[];
  known record;
  -- What the list says is before the message, and the message that this is.
  before text;
  parent text;
  parent_branch int;
  parent_depth int := 0;
  first_new int;
  own_branch int;
BEGIN
  SELECT c.user_id, c.id, c.last_seq, c.last_branch INTO chat
  FROM public.conversations c WHERE c.user_id = owner AND c.id = conversation;
  -- Nearly all of a list is there as it was sent: where it follows the message before it, each in its place. One look for all of them.
  SELECT array_agg(m.branch ORDER BY g.n), array_agg(m.depth ORDER BY g.n) INTO same_branches, same_depths
  FROM (
    SELECT e.n, e.element, e.element ->> 'id' AS id, lag(e.element ->> 'id') OVER (ORDER BY e.n) AS parent_id
    FROM jsonb_array_elements(given) WITH ORDINALITY AS e (element, n)) g
  LEFT JOIN LATERAL (
    SELECT m.branch, m.depth FROM public.messages m
    WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = g.id
      AND (g.n = 1 OR m.parent_id = g.parent_id) AND m.deleted_at IS NULL AND m.status <> 'in_progress'
      AND m.role = g.element ->> 'role' AND g.element -> 'parts' = CASE WHEN m.parts IS NOT NULL THEN m.parts WHEN m.content = '' THEN '[]'
        ELSE jsonb_build_array(jsonb_build_object('type', 'text', 'text', m.content)) END
      AND (NOT g.element ?| others OR
        (NOT g.element ? 'status' OR m.status = g.element ->> 'status')
        AND (NOT g.element ? 'content' OR m.content = g.element ->> 'content')
        AND (NOT g.element ? 'attachments' OR coalesce(m.attachments, '[]') = g.element -> 'attachments')
        AND (NOT g.element ? 'reasoning' OR m.reasoning IS NOT DISTINCT FROM g.element ->> 'reasoning')
        AND (NOT g.element ? 'model' OR m.model IS NOT DISTINCT FROM g.element ->> 'model')
        AND (NOT g.element ? 'usage' OR m.usage IS NOT DISTINCT FROM nullif(g.element -> 'usage', 'null')))
      AND NOT EXISTS (
        SELECT FROM public.messages s WHERE s.user_id = owner AND s.conversation_id = conversation AND s.sent_id = g.id)
    OFFSET 0) m ON true;
  FOR message IN SELECT element FROM jsonb_array_elements(given) WITH ORDINALITY AS e (element, n) ORDER BY n LOOP
    place := message -> 'position';
    sent := message ->> 'id';
    outcome := 'unchanged';
    is_new_text := false;
    is_queued := false;
    IF same_branches[place] IS NOT NULL AND parent IS NOT DISTINCT FROM before THEN
      stored := sent;
      parent := sent;
      before := sent;
      parent_branch := same_branches[place];
      parent_depth := same_depths[place];
      RETURN NEXT;
      CONTINUE;
    END IF;
    before := sent;
    SELECT m.id, m.parent_id, m.branch, m.depth, m.content, m.status, m.is_live, m.new_status,
      m.is_live AND (m.is_open OR m.is_same) AS is_extended, NOT m.is_live AND (m.is_open OR m.is_wiped) AS stays_deleted,
      m.is_beginning OR m.is_same AND m.status = m.new_status AS is_equal, m.differing
    INTO known
    FROM (
      SELECT o.*, o.deleted_at IS NULL AS is_live, o.deleted_at IS NOT NULL AND o.purge_after IS NULL AS is_wiped,
        CASE WHEN message ? 'status' THEN message ->> 'status'
          WHEN o.status = 'in_progress' AND place = jsonb_array_length(given) AND NOT coalesce(message -> 'parts' @? awaits, false)
            THEN 'complete'
          ELSE o.status END AS new_status,
        o.role = message ->> 'role' AND message -> 'parts' = o.parts
          AND (NOT message ? 'content' OR o.content = message ->> 'content')
          -- What others have noted of a finished message stays.
          AND (NOT message ? 'metadata' OR NOT o.is_open
            OR o.metadata = message -> 'metadata' AND (o.has_metadata OR o.status <> 'in_progress'))
          AND (NOT message ? 'attachments' OR coalesce(o.attachments, '[]') = message -> 'attachments')
          AND (NOT message ? 'reasoning' OR o.reasoning IS NOT DISTINCT FROM message ->> 'reasoning')
          AND (NOT message ? 'model' OR o.model IS NOT DISTINCT FROM message ->> 'model')
          AND (NOT message ? 'usage' OR o.usage IS NOT DISTINCT FROM nullif(message -> 'usage', 'null')) AS is_same
      FROM (
        SELECT f.*,
          f.role = message ->> 'role' AND (f.status = 'in_progress'
            -- A tool may still answer; a model may continue after a tool's answer, or after a page has disconnected.
            OR CASE WHEN f.parts @? awaits OR f.parts @? last_may_go_on THEN app.begins(f.parts, message -> 'parts')
              AND (message -> 'parts' <> f.parts OR message ->> 'status' = 'in_progress') ELSE false END) AS is_open,
          -- What a client that has left too early holds of an answer, or sends too late.
          CASE WHEN f.role = 'assistant' AND message ->> 'role' = 'assistant' AND message -> 'parts' <> f.parts
              AND (NOT message ? 'status' OR message ->> 'status' = 'in_progress' AND f.status <> 'in_progress')
            THEN app.begins(message -> 'parts', f.parts) AND NOT app.begins(f.parts, message -> 'parts') ELSE false END AS is_beginning,
          place = jsonb_array_length(given) AND f.status = 'in_progress' AND f.content <> '' AND starts_with(coalesce(message ->> 'content', message ->> 'text',
            jsonb_path_query_first(message -> 'parts', '$[*] ? (@.type == "text").text') #>> '{}', ''), f.content) AS goes_on,
          count(*) FILTER (WHERE f.parts <> message -> 'parts') OVER () AS differing,
          -- Of several equal candidates, the one whose child is the next message of the list.
          CASE WHEN count(*) OVER () > 1 THEN EXISTS (
            SELECT FROM public.messages c WHERE c.user_id = owner AND c.conversation_id = conversation AND c.parent_id = f.id
              AND given -> place ->> 'id' IN (c.id, c.sent_id)) ELSE false END AS leads_on
        FROM (
          SELECT i.id, i.parent_id, i.branch, i.depth, i.seq, i.role, i.content, i.attachments, i.reasoning, i.model, i.usage,
            i.metadata, i.has_metadata, i.deleted_at, i.purge_after,
            CASE WHEN i.parts IS NOT NULL THEN i.parts WHEN i.content = '' THEN '[]'
              ELSE jsonb_build_array(jsonb_build_object('type', 'text', 'text', i.content)) END AS parts,
            CASE WHEN i.status = 'in_progress' AND i.updated_at <= now() - make_interval(mins => timeout_minutes)
              THEN 'failed' ELSE i.status END AS status
          FROM (
            SELECT m.* FROM public.messages m
            WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = sent
            UNION ALL
            SELECT m.* FROM public.messages m
            WHERE m.user_id = owner AND m.conversation_id = conversation AND m.sent_id = sent) i
          -- A list shows nothing of the deleted messages in between.
          WHERE CASE WHEN place = 1 OR i.parent_id IS NOT DISTINCT FROM parent THEN true ELSE EXISTS (
            WITH RECURSIVE gone AS (
              SELECT p.parent_id FROM public.messages p
              WHERE p.user_id = owner AND p.conversation_id = conversation AND p.id = i.parent_id AND p.deleted_at IS NOT NULL
              UNION ALL
              SELECT p.parent_id FROM gone JOIN public.messages p
                ON p.user_id = owner AND p.conversation_id = conversation AND p.id = gone.parent_id AND p.deleted_at IS NOT NULL)
            SELECT FROM gone WHERE gone.parent_id IS NOT DISTINCT FROM parent) END
          ORDER BY i.seq DESC LIMIT most_variants) f OFFSET 0) o OFFSET 0) m
    ORDER BY m.is_live AND m.goes_on DESC, is_equal DESC, m.is_live DESC, m.is_open OR m.is_wiped DESC, m.leads_on DESC, m.seq DESC LIMIT 1;
    IF FOUND THEN
      effort := effort + known.differing;
    END IF;
    IF effort > most_effort THEN
      RAISE EXCEPTION 'too many messages differ' USING ERRCODE = 'check_violation', CONSTRAINT = 'messages_effort_check';
    END IF;
    IF NOT FOUND OR NOT (known.is_equal OR known.is_extended OR known.stays_deleted) THEN
      IF place = 1 AND FOUND THEN
        parent := known.parent_id;
      END IF;
      first_new := place;
      EXIT;
    END IF;
    IF known.is_extended AND NOT known.is_equal THEN
      outcome := 'updated';
      effort := effort + 2;
      UPDATE public.messages m
      SET parts = message -> 'parts', content = coalesce(message ->> 'content', message ->> 'text',
          jsonb_path_query_first(message -> 'parts', '$[*] ? (@.type == "text").text') #>> '{}', ''),
        attachments = CASE WHEN message ? 'attachments' THEN message -> 'attachments' ELSE m.attachments END,
        reasoning = CASE WHEN message ? 'reasoning' THEN message ->> 'reasoning' ELSE m.reasoning END,
        model = CASE WHEN message ? 'model' THEN message ->> 'model' ELSE m.model END,
        usage = CASE WHEN message ? 'usage' THEN nullif(message -> 'usage', 'null') ELSE m.usage END,
        metadata = CASE WHEN message ? 'metadata' THEN message -> 'metadata' ELSE m.metadata END,
        has_metadata = m.has_metadata OR message ? 'metadata',
        status = known.new_status, updated_at = now(), version = m.version + 1
      WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = known.id
      RETURNING m.content, m.status, m.content <> known.content, m.content <> known.content OR m.status <> known.status
      INTO said, said_status, is_new_text, is_queued;
    END IF;
    stored := known.id;
    parent := known.id;
    parent_branch := known.branch;
    parent_depth := known.depth;
    RETURN NEXT;
  END LOOP;
  IF first_new IS NULL THEN
    RETURN;
  END IF;

  IF first_new = 1 AND parent IS NOT NULL THEN
    SELECT m.branch, m.depth INTO parent_branch, parent_depth FROM public.messages m
    WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = parent;
  END IF;
  -- The first message to follow another continues its branch.
  own_branch := CASE WHEN parent IS NOT NULL AND NOT EXISTS (
      SELECT FROM public.messages m WHERE m.user_id = owner AND m.conversation_id = conversation
        AND m.branch = parent_branch AND m.depth > parent_depth)
    THEN parent_branch ELSE chat.last_branch + 1 END;
  RETURN QUERY
    WITH news AS MATERIALIZED (
      SELECT g.*, CASE WHEN EXISTS (
          SELECT FROM public.messages m WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = g.id)
        THEN app.uuid_v7()::text ELSE g.id END AS new_id,
        coalesce(g.content, g.text, jsonb_path_query_first(g.parts, '$[*] ? (@.type == "text").text') #>> '{}', '') AS new_content,
        g.position - first_new + 1 AS below
      FROM jsonb_to_recordset(given) AS g (position int, id text, role text, content text, text text, parts jsonb, attachments jsonb,
        reasoning text, status text, model text, usage jsonb, metadata jsonb)
      WHERE g.position >= first_new
    ), added AS (
      INSERT INTO public.messages (user_id, conversation_id, id, sent_id, seq, parent_id, branch, depth, role, content, parts,
        attachments, reasoning, status, model, usage, metadata, has_metadata)
      SELECT chat.user_id, chat.id, n.new_id, nullif(n.id, n.new_id), chat.last_seq + n.below,
        coalesce(lag(n.new_id) OVER (ORDER BY n.position), parent), own_branch, parent_depth + n.below, n.role, n.new_content,
        n.parts, n.attachments, n.reasoning, coalesce(n.status, 'complete'), n.model, nullif(n.usage, 'null'), coalesce(n.metadata, '{}'),
        n.metadata IS NOT NULL
      FROM news n ORDER BY n.position)
    SELECT n.position, n.id, n.new_id, 'created', n.role, n.new_content, coalesce(n.status, 'complete'), own_branch, false, true FROM news n ORDER BY n.position;
END
$$;
REVOKE ALL ON FUNCTION app.save_chat(uuid, text, jsonb, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.save_chat(uuid, text, jsonb, int) TO parley_app;
--> statement-breakpoint
-- functions/says_something.sql
-- Whether a text says anything: white space, as JavaScript's `\s` knows it, says nothing. That of Postgres depends on the
-- database's locale: some take a no-break space for a letter.
CREATE OR REPLACE FUNCTION app.says_something(content text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN content ~ '[^\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]';
REVOKE ALL ON FUNCTION app.says_something(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.says_something(text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/shortened.sql
-- The beginning of a text, in one line of at most 80 characters; at the end of a word, unless that costs half of it. What a conversation is
-- called as long as nobody names it. White space as in `app.says_something`.
CREATE OR REPLACE FUNCTION app.shortened(content text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  white constant text := '[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+';
  line constant text := btrim(regexp_replace("left"(regexp_replace(content, '^' || white, ''), 640), white, ' ', 'g'));
BEGIN
  RETURN CASE WHEN length(line) <= 80 THEN line
    ELSE rtrim(regexp_replace("left"(line, 79), '^(.{41,}) [^ ]*$', '\1')) || '…' END;
END
$$;
REVOKE ALL ON FUNCTION app.shortened(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.shortened(text) TO parley_app;
--> statement-breakpoint
-- functions/show_found.sql
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
--> statement-breakpoint
-- functions/stem_of.sql
-- The stem of a word, without accents; null where the dictionary has none. A short one is marked, but for English ones: a word of another language
-- may be the same (`logo` is `log` in Spanish), and what is marked meets only what was read in such a language.
CREATE OR REPLACE FUNCTION app.stem_of(dictionary regdictionary, word text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  stem text := nullif(app.folded((ts_lexize(dictionary, word))[1]), '');
BEGIN
  IF length(stem) > 3 OR dictionary = 'english_stem'::regdictionary THEN
    RETURN stem;
  END IF;
  RETURN stem || '~';
END
$$;
REVOKE ALL ON FUNCTION app.stem_of(regdictionary, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.stem_of(regdictionary, text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/stems_of.sql
-- The stems of a word, as entries of a tsvector with this mark (place and weight); empty where it has none. Of several languages, of which the text may be
-- none, no short stem that the word is itself.
CREATE OR REPLACE FUNCTION app.stems_of(dictionaries regdictionary[], word text, mark text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  dictionary regdictionary;
  stem text;
  entries text := '';
  is_unsure boolean := cardinality(dictionaries) > 1;
BEGIN
  IF word ~ '^[0-9]' THEN
    RETURN '';
  END IF;
  FOREACH dictionary IN ARRAY dictionaries LOOP
    stem := app.stem_of(dictionary, word);
    CONTINUE WHEN stem IS NULL OR is_unsure AND stem = word || '~';
    stem := quote_literal(stem) || mark;
    IF strpos(entries, stem) = 0 THEN
      entries := entries || stem;
    END IF;
  END LOOP;
  RETURN entries;
END
$$;
REVOKE ALL ON FUNCTION app.stems_of(regdictionary[], text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.stems_of(regdictionary[], text, text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/store_chat.sql
-- Saves a whole chat: opens the conversation where it is missing, takes its lock, brings it to the list (`app.save_chat`), counts it up,
-- makes the last message its active leaf where some are new, gives it a title where it has none, and queues the texts to embed. One
-- function, since it keeps its plans (docs/decisions/028-kept-plans.md).
-- `states`: `version` and `createdAt` of each in which the conversation may be; null for any. `must_exist`: then it is not opened.
-- `saved`: of each message of the list its id there, its id here and what became of it. No row where there is no such conversation; one
-- without the rest where it is in none of the states.
CREATE OR REPLACE FUNCTION app.store_chat(owner uuid, conversation text, given jsonb, timeout_minutes int, states jsonb, must_exist boolean)
  RETURNS TABLE (is_new boolean, is_in_state boolean, version int, created_at timestamptz, saved jsonb)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  chat record;
  news int;
  branch int;
  leaf text;
  new_title text;
  is_written boolean;
  embedded text[];
  silent text[];
  reworded text[];
BEGIN
  is_new := false;
  -- Twice: another request may open it at this moment.
  FOR attempt IN 1..2 LOOP
    SELECT c.user_id, c.id, c.version, c.created_at, c.derived_title INTO chat FROM public.conversations c
    WHERE c.user_id = owner AND c.id = conversation AND c.deleted_at IS NULL FOR UPDATE;
    EXIT WHEN FOUND OR must_exist OR attempt = 2;
    INSERT INTO public.conversations AS c (user_id, id) VALUES (app.current_user_id(), conversation) ON CONFLICT DO NOTHING
    RETURNING c.user_id, c.id, c.version, c.created_at, c.derived_title INTO chat;
    is_new := FOUND;
    EXIT WHEN FOUND;
  END LOOP;
  IF chat.id IS NULL THEN
    RETURN;
  END IF;
  is_in_state := states IS NULL OR EXISTS (
    SELECT FROM jsonb_to_recordset(states) AS s (version int, "createdAt" timestamptz)
    WHERE s.version = chat.version AND s."createdAt" = chat.created_at);
  version := chat.version;
  created_at := chat.created_at;
  IF NOT is_in_state THEN
    RETURN NEXT;
    RETURN;
  END IF;

  SELECT jsonb_agg(jsonb_build_array(s.sent, s.stored, s.outcome) ORDER BY s.place), bool_or(s.outcome <> 'unchanged'),
    count(*) FILTER (WHERE s.outcome = 'created'), max(s.in_branch), (array_agg(s.stored ORDER BY s.place DESC))[1],
    array_agg(s.stored) FILTER (WHERE s.is_queued AND s.said_status = 'complete' AND app.says_something(s.said)),
    array_agg(s.stored) FILTER (WHERE s.is_queued AND s.outcome = 'updated'
      AND NOT (s.said_status = 'complete' AND app.says_something(s.said))),
    array_agg(s.stored) FILTER (WHERE s.is_new_text),
    CASE WHEN chat.derived_title IS NULL THEN app.shortened((array_agg(s.said ORDER BY s.place)
      FILTER (WHERE s.outcome = 'created' AND s.said_by = 'user' AND app.says_something(s.said)))[1]) END
  INTO saved, is_written, news, branch, leaf, embedded, silent, reworded, new_title
  FROM app.save_chat(chat.user_id, chat.id, given, timeout_minutes) s;
  IF NOT is_written THEN
    RETURN NEXT;
    RETURN;
  END IF;
  UPDATE public.conversations c
  SET last_seq = c.last_seq + news, message_count = c.message_count + news, last_branch = greatest(c.last_branch, branch),
    active_leaf_id = CASE WHEN news > 0 THEN leaf ELSE c.active_leaf_id END, derived_title = coalesce(c.derived_title, new_title),
    last_activity_at = CASE WHEN news > 0 THEN now() ELSE c.last_activity_at END, updated_at = now(), version = c.version + 1
  WHERE c.user_id = owner AND c.id = conversation RETURNING c.version INTO version;
  -- Jobs first, as everywhere. Statements of their own see a vector of the old text that was stored meanwhile.
  INSERT INTO public.embedding_jobs (user_id, conversation_id, message_id)
  SELECT chat.user_id, chat.id, m.id FROM unnest(embedded) AS m (id)
  ON CONFLICT (user_id, conversation_id, message_id)
    DO UPDATE SET claim_id = NULL, attempts = 0, run_at = now(), failed_at = NULL, last_error = NULL;
  IF silent IS NOT NULL THEN
    DELETE FROM public.embedding_jobs j WHERE j.user_id = owner AND j.conversation_id = conversation AND j.message_id = ANY (silent);
  END IF;
  IF reworded IS NOT NULL THEN
    DELETE FROM public.chat_vectors v WHERE v.user_id = owner AND v.conversation_id = conversation AND v.message_id = ANY (reworded);
  END IF;
  RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION app.store_chat(uuid, text, jsonb, int, jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.store_chat(uuid, text, jsonb, int, jsonb, boolean) TO parley_app;
--> statement-breakpoint
-- functions/told_apart.sql
-- When these texts, messages or chunks by their `text_id` (see app.nearest), were made, and a digest of what they say, by which equal ones are
-- known. Those that are gone are left out, and those that don't meet the conditions of what is `asked` (null for none). Ids are taken apart first, as in app.similarities.
CREATE OR REPLACE FUNCTION app.told_apart(owner uuid, texts text[], asked jsonb) RETURNS TABLE (id text, created_at timestamptz, digest bigint)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
#variable_conflict use_column
DECLARE
  required tsquery;
  excluded tsquery;
BEGIN
  SELECT c.required, c.excluded INTO required, excluded FROM app.query_conditions(asked) c;
  RETURN QUERY
  -- Each by its key: a join could be planned as a look at all that the user has.
  SELECT t.id, m.created_at, m.digest
  FROM (
    SELECT id, split_part(id, '/', 1) AS conversation_id, split_part(id, '/', 2) AS message_id
    FROM unnest(texts) AS text (id) WHERE id LIKE '%/%' OFFSET 0) t
  CROSS JOIN LATERAL (
    SELECT m.created_at, hashtextextended("left"(m.content, 20000), octet_length(m.content)) AS digest FROM messages m
    WHERE m.user_id = owner AND m.conversation_id = t.conversation_id AND m.id = t.message_id AND m.deleted_at IS NULL
      AND (num_nonnulls(required, excluded) = 0 OR (
        SELECT (required IS NULL OR (m.search || coalesce(c.title_words, '')) @@ required)
          AND (excluded IS NULL OR NOT (m.search || coalesce(c.title_words, '')) @@ excluded)
        FROM conversations c WHERE c.user_id = owner AND c.id = t.conversation_id)) OFFSET 0) m
  UNION ALL
  SELECT t.id, k.created_at, k.digest
  FROM (SELECT id, id::uuid AS chunk_id FROM unnest(texts) AS text (id) WHERE id NOT LIKE '%/%' OFFSET 0) t
  CROSS JOIN LATERAL (
    SELECT d.created_at, hashtextextended("left"(k.content, 20000), octet_length(k.content)) AS digest
    FROM document_chunks k JOIN documents d ON d.user_id = owner AND d.id = k.document_id AND d.deleted_at IS NULL
    WHERE k.user_id = owner AND k.id = t.chunk_id
      AND (required IS NULL OR k.search @@ required) AND (excluded IS NULL OR NOT k.search @@ excluded) OFFSET 0) k;
END
$$;
REVOKE ALL ON FUNCTION app.told_apart(uuid, text[], jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.told_apart(uuid, text[], jsonb) TO parley_app;
--> statement-breakpoint
-- functions/unspaced.sql
-- The scripts that put no space between words (Thai, Lao, Burmese, Khmer, Kana, Han), as a range of a regular expression.
CREATE OR REPLACE FUNCTION app.unspaced() RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN '\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff';
REVOKE ALL ON FUNCTION app.unspaced() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.unspaced() TO parley_app, parley_system;
--> statement-breakpoint
-- functions/words_asked.sql
-- The words of a query (see app.query_words) as JSON: those that it has brought along, so that a search reads its query once.
CREATE OR REPLACE FUNCTION app.words_asked(asked jsonb) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  RETURN coalesce(asked -> 'words', (
    SELECT coalesce(jsonb_agg(word), '[]') FROM app.query_words(asked ->> 'text', coalesce((asked ->> 'prefix')::boolean, false)) word));
END
$$;
REVOKE ALL ON FUNCTION app.words_asked(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_asked(jsonb) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/words_in.sql
-- The words of a text that is read with these stemmers. See app.words_of.
CREATE OR REPLACE FUNCTION app.words_in(dictionaries regdictionary[], content text) RETURNS tsvector
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  dictionary regdictionary := dictionaries[1];
  -- English as most texts are, without a function call for each word.
  is_fast boolean := cardinality(dictionaries) = 1 AND dictionary = 'english_stem'::regdictionary;
BEGIN
  RETURN (
    SELECT coalesce(string_agg(CASE WHEN NOT is_simple THEN app.forms_of(piece, place::text, dictionaries)
        WHEN is_fast THEN word || ':' || place || coalesce('A ' || stem || ':' || place || 'B', 'A')
        ELSE word || ':' || place || 'A ' || app.stems_of(dictionaries, word, ':' || place || 'B ') END, ' '), '')::tsvector
    FROM app.pieces_of(content)
    CROSS JOIN LATERAL (
      SELECT lower(piece COLLATE "C") AS word, CASE WHEN is_fast AND is_simple THEN (ts_lexize(dictionary, piece))[1] END AS stem OFFSET 0) simple);
EXCEPTION
  WHEN program_limit_exceeded THEN
    -- A tsvector holds 1 MiB.
    RETURN app.words_in(dictionaries, "left"(content, length(content) / 2));
  WHEN OTHERS THEN
    -- No text is refused, or keeps others waiting, for what its words are.
    RETURN to_tsvector('simple', "left"(content, 10000));
END
$$;
REVOKE ALL ON FUNCTION app.words_in(regdictionary[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_in(regdictionary[], text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/words_of.sql
-- The words of a text, of its first 60,000 characters: what is looked for is read the same way (docs/decisions/040-words.md). In
-- `simple`, which is no language, a text tells its language itself.
CREATE OR REPLACE FUNCTION app.words_of(language regconfig, content text) RETURNS tsvector
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  head text := "left"(content, 60000);
BEGIN
  RETURN app.words_in(CASE WHEN language = 'simple'::regconfig THEN app.dictionaries_of(head) ELSE ARRAY[(language::text || '_stem')::regdictionary] END, head);
END
$$;
REVOKE ALL ON FUNCTION app.words_of(regconfig, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_of(regconfig, text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/words_of_chunk.sql
-- The words of a chunk, and those of its title and headings, which have a weight of their own.
CREATE OR REPLACE FUNCTION app.words_of_chunk(language regconfig, context text, content text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (
    SELECT app.words_in(known, "left"(content, 60000)) || setweight(app.words_in(known, "left"(context, 60000)), 'D')
    FROM (
      SELECT CASE language WHEN 'simple'::regconfig THEN app.dictionaries_of(content) ELSE ARRAY[(language::text || '_stem')::regdictionary] END AS known OFFSET 0) l);
REVOKE ALL ON FUNCTION app.words_of_chunk(regconfig, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_of_chunk(regconfig, text, text) TO parley_app, parley_system;
