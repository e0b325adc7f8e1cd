-- Written by `npm run db:functions`.
SET LOCAL check_function_bodies = off;
--> statement-breakpoint
-- functions/as_term.sql
-- One word, as a tsquery that is not parsed any further.
CREATE OR REPLACE FUNCTION app.as_term(lexeme text) RETURNS tsquery
  LANGUAGE sql IMMUTABLE
  AS $$ SELECT ('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''')::tsquery $$;
REVOKE ALL ON FUNCTION app.as_term(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.as_term(text) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/audit_row.sql
-- One row that changed, and every new user. Its arguments: what to call the row, then the columns that count.
CREATE OR REPLACE FUNCTION app.audit_row() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  after jsonb := to_jsonb(NEW);
  before jsonb;
  done text := 'create';
  changes text[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    before := to_jsonb(OLD);
    SELECT array_agg(name) INTO changes FROM unnest(TG_ARGV[1:]) name WHERE before -> name IS DISTINCT FROM after -> name;
    -- When something is purged follows from its deletion and its return; a change of that time alone is an event.
    IF changes IS NULL OR session_user = 'parley_system' AND changes = '{purge_after}' THEN
      RETURN NULL;
    END IF;
    done := CASE
      WHEN 'revoked_at' = ANY (changes) AND after ->> 'revoked_at' IS NOT NULL THEN 'revoke'
      WHEN 'deleted_at' <> ALL (changes) THEN 'update'
      WHEN after ->> 'deleted_at' IS NULL THEN 'restore'
      ELSE 'delete'
    END;
    changes := CASE done WHEN 'update' THEN changes WHEN 'revoke' THEN array_remove(changes, 'revoked_at')
      ELSE array_remove(changes, 'deleted_at') END;
    -- A deletion that leaves no time to undo it says so.
    IF done = 'restore' OR done = 'delete' AND (after ->> 'purge_after')::timestamptz > now() THEN
      changes := array_remove(changes, 'purge_after');
    END IF;
  END IF;
  INSERT INTO public.audit_events
    (user_id, id, actor, action, resource, resource_id, conversation_id, changed, request_id, sign_in_id, address)
  VALUES (coalesce(after ->> 'user_id', after ->> 'id')::uuid, app.uuid_v7(), app.current_actor(), done, TG_ARGV[0],
    after ->> 'id', CASE WHEN TG_ARGV[0] = 'message' THEN after ->> 'conversation_id' END,
    nullif(changes, '{}'),
    nullif(current_setting('app.request_id', true), ''), nullif(current_setting('app.sign_in_id', true), ''),
    nullif(current_setting('app.address', true), ''));
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.audit_row() FROM PUBLIC;
--> statement-breakpoint
-- functions/audit_rows.sql
-- Rows that came or went, one event each. With its owner's rights, so that the Worker's roles need none to write here. What
-- the purge of an account takes away, it counts in its receipt instead. The vectors of a document's chunks are no events of their
-- own: they follow from the document.
CREATE OR REPLACE FUNCTION app.audit_rows() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  owners uuid[];
  ids text[];
  conversations text[];
BEGIN
  IF session_user = 'parley_system' AND current_setting('app.purging', true) <> '' THEN
    RETURN NULL;
  END IF;
  -- A statement is looked at when it runs: each of these names columns that only its table has.
  IF TG_ARGV[0] = 'message' THEN
    SELECT array_agg(t.user_id), array_agg(t.id), array_agg(t.conversation_id) INTO owners, ids, conversations FROM touched t;
  ELSIF TG_ARGV[0] = 'vector' THEN
    SELECT array_agg(t.user_id), array_agg(t.id::text) INTO owners, ids FROM touched t WHERE t.chunk_id IS NULL;
  ELSE
    SELECT array_agg(t.user_id), array_agg(t.id::text) INTO owners, ids FROM touched t;
  END IF;
  INSERT INTO public.audit_events
    (user_id, id, actor, action, resource, resource_id, conversation_id, request_id, sign_in_id, address)
  SELECT t.user_id, app.uuid_v7(), app.current_actor(), CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE 'purge' END,
    TG_ARGV[0], t.id, t.conversation_id, nullif(current_setting('app.request_id', true), ''),
    nullif(current_setting('app.sign_in_id', true), ''), nullif(current_setting('app.address', true), '')
  FROM unnest(owners, ids, conversations) AS t (user_id, id, conversation_id);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.audit_rows() FROM PUBLIC;
--> statement-breakpoint
-- functions/begin_request.sql
-- First statement of every batch of a signed-in user. PY001: the token is good, the user isn't registered. PY002 and PY003
-- as above, PY003 from the moment of deletion on: it comes first, so that a client doesn't take it for a lost session and
-- bring the account back by signing in on its own.
CREATE OR REPLACE FUNCTION app.begin_request(asking_user uuid, sign_in text, request_id text, address text, seen boolean) RETURNS void
  LANGUAGE plpgsql
  AS $$
DECLARE
  deleted boolean;
  revoked boolean;
BEGIN
  PERFORM app.introduce(asking_user, sign_in, request_id, address);
  SELECT u.deleted_at IS NOT NULL, s.revoked_at IS NOT NULL INTO deleted, revoked
  FROM public.users u LEFT JOIN public.sessions s ON s.user_id = asking_user AND s.sign_in_id = sign_in
  WHERE u.id = asking_user;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user is not registered' USING ERRCODE = 'PY001';
  ELSIF deleted THEN
    RAISE EXCEPTION 'account was deleted' USING ERRCODE = 'PY003';
  ELSIF revoked THEN
    RAISE EXCEPTION 'sign-in was revoked' USING ERRCODE = 'PY002';
  END IF;
  IF seen THEN
    UPDATE public.sessions SET last_seen_at = now()
    WHERE user_id = asking_user AND sign_in_id = sign_in AND last_seen_at < now() - interval '5 minutes';
  END IF;
END
$$;
REVOKE ALL ON FUNCTION app.begin_request(uuid, text, text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.begin_request(uuid, text, text, text, boolean) TO parley_app;
--> statement-breakpoint
-- functions/begin_sign_in.sql
-- First statement of the one request that comes before the row in `users`, or brings a deleted one back. PY002: the sign-in
-- was revoked. PY003: the account was deleted and its grace time is over; until its purge has ended nobody gets in.
CREATE OR REPLACE FUNCTION app.begin_sign_in(asking_user uuid, sign_in text, request_id text, address text) RETURNS void
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM app.introduce(asking_user, sign_in, request_id, address);
  IF EXISTS (SELECT FROM public.users WHERE id = asking_user AND purge_after <= now()) THEN
    RAISE EXCEPTION 'account is being purged' USING ERRCODE = 'PY003';
  END IF;
  IF EXISTS (
    SELECT FROM public.sessions WHERE user_id = asking_user AND sign_in_id = sign_in AND revoked_at IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'sign-in was revoked' USING ERRCODE = 'PY002';
  END IF;
END
$$;
REVOKE ALL ON FUNCTION app.begin_sign_in(uuid, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.begin_sign_in(uuid, text, text, text) TO parley_app;
--> statement-breakpoint
-- functions/current_actor.sql
CREATE OR REPLACE FUNCTION app.current_actor() RETURNS text
  LANGUAGE sql STABLE
  AS $$ SELECT CASE session_user WHEN 'parley_app' THEN 'user' WHEN 'parley_system' THEN 'system' ELSE 'operator' END $$;
REVOKE ALL ON FUNCTION app.current_actor() FROM PUBLIC;
--> statement-breakpoint
-- functions/current_user_id.sql
-- Plain SQL and STABLE, so that the planner inlines it into the policies and plans with the user's real statistics.
CREATE OR REPLACE FUNCTION app.current_user_id() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;
REVOKE ALL ON FUNCTION app.current_user_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.current_user_id() TO parley_app, parley_system;
--> statement-breakpoint
-- functions/embedding_state.sql
-- What is to be told of a user's embeddings: whether Parley made them by several models; how many texts have a vector of
-- another model than the one asked for; how many wait for one, and how many failed. Beyond `most` nobody counts.
CREATE OR REPLACE FUNCTION app.embedding_state(owner uuid, asked_model text, most int,
    OUT is_mixed boolean, OUT others int, OUT pending int, OUT failed int)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
BEGIN
  is_mixed := false;
  others := 0;
  IF asked_model IS NULL THEN
    -- Whose a vector is stands in the table alone: it is looked at only where the index has more than one model.
    IF (SELECT min(v.model) <> max(v.model) FROM chat_vectors v WHERE v.user_id = owner) THEN
      is_mixed := (SELECT coalesce(min(v.model) <> max(v.model), false) FROM chat_vectors v WHERE v.user_id = owner AND NOT v.client_provided);
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
REVOKE ALL ON FUNCTION app.embedding_state(uuid, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.embedding_state(uuid, text, int) TO parley_app;
--> statement-breakpoint
-- functions/introduce.sql
-- Who asks, by which sign-in, from where. The settings last until the transaction's end and no longer, as Neon's proxy hands
-- the connection to the next request as it is. random_page_cost: a page of rows is read through the index whatever the
-- planner believes about a conversation's length.
CREATE OR REPLACE FUNCTION app.introduce(asking_user uuid, sign_in text, request_id text, address text) RETURNS void
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM set_config('app.user_id', asking_user::text, true), set_config('app.sign_in_id', sign_in, true),
    set_config('app.request_id', request_id, true), set_config('app.address', coalesce(address, ''), true),
    set_config('random_page_cost', '1.1', true);
END
$$;
REVOKE ALL ON FUNCTION app.introduce(uuid, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.introduce(uuid, text, text, text) TO parley_app;
--> statement-breakpoint
-- functions/keyword_hits.sql
-- The asking user's messages and chunks that hold the words, the best first. With parley_system's rights, whose policies show
-- it every text: so the index of owner and words serves the condition on words, which row-level security would keep from it
-- (docs/decisions/024-keyword-search.md). Whose texts these are is said here, by the same setting that the policies read.
-- All words: ranked by ts_rank. Relaxed: each word is looked up by itself, in 5,000 texts at most, and counts by how rare it is
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
    SELECT 'message', m.conversation_id || '/' || m.id AS id,
      ts_rank(m.search, all_words[array_position(languages, 'simple')])::float8 AS rank, all_words[array_position(languages, 'simple')]
    FROM public.messages m
    WHERE 'message' = ANY (scope.sources) AND m.user_id = owner AND m.search @@ terms[array_position(languages, 'simple')]
      AND m.deleted_at IS NULL AND m.status = 'complete'
      AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
      AND m.conversation_id <> ALL (scope.hidden_conversations)
      AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
      AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata)
    UNION ALL
    SELECT 'document', k.id::text, ts_rank(k.search, t.words)::float8, t.words
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
      SELECT m.conversation_id || '/' || m.id AS id, m.search FROM public.messages m
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
      SELECT k.id::text, k.search FROM public.document_chunks k
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
REVOKE ALL ON FUNCTION app.keyword_hits(text, boolean, boolean, app.search_scope, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_hits(text, boolean, boolean, app.search_scope, int) TO parley_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM parley_system;
--> statement-breakpoint
-- functions/keyword_query.sql
-- The same as one tsquery, for ranks and highlights: these take the square of its length, so that of a long one it has the
-- words alone.
CREATE OR REPLACE FUNCTION app.keyword_query(language regconfig, asked text, relaxed boolean, prefix boolean) RETURNS tsquery
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
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
REVOKE ALL ON FUNCTION app.keyword_query(regconfig, text, boolean, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_query(regconfig, text, boolean, boolean) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/keyword_terms.sql
-- What is asked for, as tsqueries of which a text must meet one, the more the better. Strict: one, as `websearch_to_tsquery`
-- reads it. Relaxed: each word by itself, the 50 longest. Prefix: the last word may go on. Read as `messages.search` reads
-- texts.
CREATE OR REPLACE FUNCTION app.keyword_terms(language regconfig, asked text, relaxed boolean, prefix boolean) RETURNS tsquery[]
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
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
REVOKE ALL ON FUNCTION app.keyword_terms(regconfig, text, boolean, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_terms(regconfig, text, boolean, boolean) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/merge_patch.sql
-- RFC 7396: names that are null go, objects are merged, everything else takes the place of what was there.
CREATE OR REPLACE FUNCTION app.merge_patch(target jsonb, patch jsonb) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE
  AS $$
DECLARE
  merged jsonb := CASE jsonb_typeof(target) WHEN 'object' THEN target ELSE '{}' END;
  name text;
  value jsonb;
BEGIN
  IF jsonb_typeof(patch) <> 'object' THEN
    RETURN patch;
  END IF;
  FOR name, value IN SELECT * FROM jsonb_each(patch) LOOP
    merged := CASE jsonb_typeof(value)
      WHEN 'null' THEN merged - name
      WHEN 'object' THEN jsonb_set(merged, ARRAY[name], app.merge_patch(merged -> name, value))
      ELSE jsonb_set(merged, ARRAY[name], value)
    END;
  END LOOP;
  RETURN merged;
END
$$;
REVOKE ALL ON FUNCTION app.merge_patch(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.merge_patch(jsonb, jsonb) TO parley_app;
--> statement-breakpoint
-- functions/nearest.sql
-- A user's nearest vectors by cosine, the nearest first, and whether all in the scope were compared to find them.
--
-- Of up to `exact_limit` vectors of a user, all in the scope are compared. Of more, those whose sketches are nearest, off an
-- index in which a user's sketches lie side by side; one without a sketch is always compared (docs/decisions/026-sketches.md).
-- What a filter says of messages, beyond their conversations, is asked of these first: the index does not know it.
--
-- `text_id` is a chunk's id, or a message's after its conversation's: `conversation/message` (docs/decisions/030-client-ids.md).
-- Parley's own vectors are halfvecs, those of clients are vectors: each is compared with the same kind, and none is cast in the scan.
CREATE OR REPLACE FUNCTION app.nearest(owner uuid, asked vector, asked_sketch bit, asked_model text, scope app.search_scope, wanted int,
    exact_limit int, most_compared int)
  RETURNS TABLE (id uuid, source text, text_id text, similarity float8, is_exact boolean)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  SET work_mem = '64MB' SET jit = 'off' SET max_parallel_workers_per_gather = '0'
  AS $$
#variable_conflict use_column
DECLARE
  is_large boolean := EXISTS (SELECT FROM chat_vectors v WHERE v.user_id = owner OFFSET exact_limit);
  asked_half halfvec := asked::halfvec;
  messages text[];
  compared uuid[];
BEGIN
  IF is_large THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
  END IF;
  IF 'message' = ANY (scope.sources)
    AND num_nonnulls(scope.roles, scope.created_after, scope.created_before, scope.metadata_path) > 0 THEN
    messages := ARRAY(
      SELECT m.conversation_id || '/' || m.id FROM messages m
      WHERE m.user_id = owner AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
        AND m.deleted_at IS NULL AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata));
  END IF;
  IF NOT is_large AND messages IS NULL AND scope.conversations IS NULL AND scope.documents IS NULL THEN
    RETURN QUERY
    SELECT n.id, n.source, n.text_id, 1 - n.distance, true
    FROM (
      SELECT v.id, CASE WHEN v.message_id IS NOT NULL THEN 'message' WHEN v.chunk_id IS NOT NULL THEN 'document' END AS source,
        coalesce(v.conversation_id || '/' || v.message_id, v.chunk_id::text) AS text_id,
        coalesce(v.embedding <=> asked_half, v.client_embedding <=> asked) AS distance
      FROM chat_vectors v
      WHERE v.user_id = owner AND (asked_model IS NULL OR v.model = asked_model)
        AND (scope.sources IS NULL OR v.message_id IS NOT NULL AND 'message' = ANY (scope.sources)
          OR v.chunk_id IS NOT NULL AND 'document' = ANY (scope.sources))
        AND (v.document_id IS NULL OR v.document_id NOT IN (SELECT unnest(scope.hidden_documents)))
      ORDER BY distance, coalesce(v.conversation_id || '/' || v.message_id, v.chunk_id::text, v.id::text) LIMIT wanted) n;
    RETURN;
  END IF;
  compared := ARRAY(
    SELECT v.id FROM chat_vectors v
    WHERE v.user_id = owner AND (asked_model IS NULL OR v.model = asked_model)
      AND (scope.sources IS NULL
        OR v.message_id IS NOT NULL AND 'message' = ANY (scope.sources)
          AND (scope.conversations IS NULL OR v.conversation_id IN (SELECT unnest(scope.conversations)))
          AND (messages IS NULL OR v.conversation_id || '/' || v.message_id IN (SELECT unnest(messages)))
        OR v.chunk_id IS NOT NULL AND 'document' = ANY (scope.sources)
          AND (scope.documents IS NULL OR v.document_id IN (SELECT unnest(scope.documents))))
      AND (v.document_id IS NULL OR v.document_id NOT IN (SELECT unnest(scope.hidden_documents)))
    ORDER BY CASE WHEN is_large THEN v.sketch <~> asked_sketch END NULLS FIRST
    LIMIT CASE WHEN is_large THEN most_compared END);
  RETURN QUERY
  SELECT n.id, n.source, n.text_id, 1 - n.distance, NOT is_large OR cardinality(compared) < most_compared
  FROM (
    SELECT v.id, CASE WHEN v.message_id IS NOT NULL THEN 'message' WHEN v.chunk_id IS NOT NULL THEN 'document' END AS source,
      coalesce(v.conversation_id || '/' || v.message_id, v.chunk_id::text) AS text_id,
      coalesce(v.embedding <=> asked_half, v.client_embedding <=> asked) AS distance
    FROM chat_vectors v
    WHERE v.user_id = owner AND v.id = ANY (compared)
    ORDER BY distance, coalesce(v.conversation_id || '/' || v.message_id, v.chunk_id::text, v.id::text) LIMIT wanted) n;
END
$$;
REVOKE ALL ON FUNCTION app.nearest(uuid, vector, bit, text, app.search_scope, int, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.nearest(uuid, vector, bit, text, app.search_scope, int, int, int) TO parley_app;
--> statement-breakpoint
-- functions/passes.sql
-- Whether something passes the part of the filter that messages and documents share; null where it doesn't. Plain SQL without
-- a subselect, so that the planner inlines it.
CREATE OR REPLACE FUNCTION app.passes(after timestamptz, before timestamptz, path jsonpath, vars jsonb, created_at timestamptz, metadata jsonb)
  RETURNS boolean
  LANGUAGE sql STABLE
  AS $$
    SELECT (after IS NULL OR created_at > after) AND (before IS NULL OR created_at < before)
      AND (path IS NULL OR jsonb_path_match(metadata, path, vars, true))
  $$;
REVOKE ALL ON FUNCTION app.passes(timestamptz, timestamptz, jsonpath, jsonb, timestamptz, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.passes(timestamptz, timestamptz, jsonpath, jsonb, timestamptz, jsonb) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/resolve_scope.sql
-- The scope that is asked for, with the conversations and documents that are meant: those named, or tagged, and not deleted.
-- `tags` are asked for beside the fields of the scope.
CREATE OR REPLACE FUNCTION app.resolve_scope(owner uuid, asked jsonb) RETURNS app.search_scope
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
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
REVOKE ALL ON FUNCTION app.resolve_scope(uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.resolve_scope(uuid, jsonb) TO parley_app;
--> statement-breakpoint
-- functions/show_hits.sql
-- Hits as JSON, in order: of each text, message or chunk by its `text_id` (see app.nearest), as many characters as asked for,
-- what it belongs to, and what `scoring` says. Where `words` stand, passages with them: the words are between U+0002 and U+0003,
-- and U+0004 stands for `<`, which would begin a tag: these are left out by ts_headline, which reads all that it gets. Words may
-- be long: passages begin a little before the first mark. Ids are taken apart first, as in app.similarities.
CREATE OR REPLACE FUNCTION app.show_hits(owner uuid, sources text[], ids text[], words tsquery[], scoring jsonb[], most_content int) RETURNS json
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  options constant text := E'StartSel=\x02, StopSel=\x03, MaxFragments=2, MaxWords=30, MinWords=10, ShortWord=0, FragmentDelimiter=" … "';
BEGIN
  RETURN (
    SELECT json_agg(t.place || h.scoring || jsonb_build_object('source', h.source, 'id', t.id,
      'content', left(t.content, most_content), 'truncated', length(t.content) > most_content,
      'highlight', CASE WHEN h.words IS NOT NULL THEN (
        SELECT substr(passages, greatest(1, strpos(passages, E'\x02') - 300), 2000)
        FROM ts_headline(t.language,
          CASE WHEN t.content ~ E'[<\x02-\x04]' THEN translate(left(t.content, 20000), E'<\x04\x02\x03', E'\x04')
            ELSE left(t.content, 20000) END, h.words, options) passages) END,
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
--> statement-breakpoint
-- functions/similarities.sql
-- How similar these texts are, messages or chunks by their `text_id` (see app.nearest): those that have a vector. The ids are
-- taken apart first (OFFSET 0): row-level security keeps split_part, which might tell what it sees, out of an index's condition.
CREATE OR REPLACE FUNCTION app.similarities(owner uuid, asked vector, asked_model text, texts text[])
  RETURNS TABLE (id text, similarity float8)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
#variable_conflict use_column
DECLARE
  asked_half halfvec := asked::halfvec;
BEGIN
  RETURN QUERY
  SELECT t.id, n.similarity
  FROM (
    SELECT id, split_part(id, '/', 1) AS conversation_id, split_part(id, '/', 2) AS message_id
    FROM unnest(texts) AS text (id) WHERE id LIKE '%/%' OFFSET 0) t
  CROSS JOIN LATERAL (
    SELECT 1 - coalesce(v.embedding <=> asked_half, v.client_embedding <=> asked) AS similarity FROM chat_vectors v
    WHERE v.user_id = owner AND v.conversation_id = t.conversation_id AND v.message_id = t.message_id
      AND (asked_model IS NULL OR v.model = asked_model) LIMIT 1) n
  UNION ALL
  SELECT t.id, n.similarity
  FROM (SELECT id, id::uuid AS chunk_id FROM unnest(texts) AS text (id) WHERE id NOT LIKE '%/%' OFFSET 0) t
  CROSS JOIN LATERAL (
    SELECT 1 - coalesce(v.embedding <=> asked_half, v.client_embedding <=> asked) AS similarity FROM chat_vectors v
    WHERE v.user_id = owner AND v.chunk_id = t.chunk_id
      AND (asked_model IS NULL OR v.model = asked_model) LIMIT 1) n;
END
$$;
REVOKE ALL ON FUNCTION app.similarities(uuid, vector, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.similarities(uuid, vector, text, text[]) TO parley_app;
--> statement-breakpoint
-- functions/uuid_v7.sql
-- A UUIDv7 (RFC 9562, method 3: twelve bits of the random part are a fraction of the millisecond) by the wall clock, so that
-- the rows of one transaction keep their order.
CREATE OR REPLACE FUNCTION app.uuid_v7() RETURNS uuid
  LANGUAGE plpgsql VOLATILE
  AS $$
DECLARE
  micros bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  fraction int := ((micros % 1000) * 4096 / 1000)::int;
  bytes bytea := overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send(micros / 1000) FROM 3) FROM 1 FOR 6);
BEGIN
  bytes := set_byte(set_byte(bytes, 6, 112 | (fraction >> 8)), 7, fraction & 255);
  RETURN encode(bytes, 'hex')::uuid;
END
$$;
REVOKE ALL ON FUNCTION app.uuid_v7() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.uuid_v7() TO parley_app, parley_system;
