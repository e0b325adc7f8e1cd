-- Written by `npm run db:functions`.
SET LOCAL check_function_bodies = off;
--> statement-breakpoint
-- functions/add_usage.sql
-- Adds to what a user has, in a row that no other transaction holds. Where the user then has more of something that has become
-- more than `app.quotas` says, PY005 names it. What others add at this moment is not seen: so many transactions at once, so far
-- beyond the limit.
CREATE OR REPLACE FUNCTION app.add_usage(owner uuid, more_conversations bigint, more_messages bigint, more_documents bigint,
    more_bytes bigint) RETURNS void
  LANGUAGE plpgsql
  AS $$
DECLARE
  quotas jsonb := nullif(current_setting('app.quotas', true), '')::jsonb;
  free uuid;
  exceeded text;
BEGIN
  IF more_conversations = 0 AND more_messages = 0 AND more_documents = 0 AND more_bytes = 0 THEN
    RETURN;
  END IF;
  -- A statement of its own: within the other one it would be up to the plan how often it runs.
  SELECT shard INTO free FROM public.usage WHERE user_id = owner ORDER BY shard LIMIT 1 FOR UPDATE SKIP LOCKED;
  UPDATE public.usage u
  SET conversations = u.conversations + more_conversations, messages = u.messages + more_messages,
    documents = u.documents + more_documents, stored_bytes = u.stored_bytes + more_bytes
  WHERE u.user_id = owner AND u.shard = free;
  IF free IS NULL THEN
    BEGIN
      INSERT INTO public.usage (user_id, conversations, messages, documents, stored_bytes)
      VALUES (owner, more_conversations, more_messages, more_documents, more_bytes);
    EXCEPTION WHEN foreign_key_violation THEN
      -- The user is being deleted, with all that is counted.
      RETURN;
    END;
  END IF;
  SELECT q.name INTO exceeded
  FROM (SELECT sum(conversations) AS conversations, sum(messages) AS messages, sum(documents) AS documents,
      sum(stored_bytes) AS stored_bytes FROM public.usage WHERE user_id = owner) has
  CROSS JOIN LATERAL (VALUES
    ('conversations', more_conversations, has.conversations), ('messages', more_messages, has.messages),
    ('documents', more_documents, has.documents), ('storedBytes', more_bytes, has.stored_bytes)) AS q (name, more, used)
  WHERE q.more > 0 AND q.used > (quotas ->> q.name)::bigint LIMIT 1;
  IF exceeded IS NOT NULL THEN
    RAISE EXCEPTION 'quota exceeded' USING ERRCODE = 'PY005', CONSTRAINT = exceeded;
  END IF;
END
$$;
REVOKE ALL ON FUNCTION app.add_usage(uuid, bigint, bigint, bigint, bigint) FROM PUBLIC;
--> statement-breakpoint
-- functions/admit_request.sql
-- First statement of every batch of a signed-in user: who asks, how long a statement may take, what the user may have, and whether
-- the request is let in at all. A sign-in that has a row in `sessions` is judged by it. One that has none must be later than
-- `not_valid_before` (signing out everywhere and deleting the account move it), and gets its row here, with the first transaction
-- that may write: from then on it is in the list and can be ended. `signed_in_at` is the token's `auth_time`; without it a sign-in
-- is older than any.
-- PY001: the token is good, the user isn't registered. PY002: the sign-in was ended. PY003: the account was deleted; it comes first,
-- so that a client doesn't take it for a lost session and bring the account back by signing in on its own. PY004: `heavy` requests
-- of a user run four at a time, each in a slot that is free again with the end of its transaction.
CREATE OR REPLACE FUNCTION app.admit_request(asking_user uuid, sign_in text, signed_in_at timestamptz, valid_until timestamptz,
    device text, request_id text, address text, seen boolean, heavy boolean, statement_ms int, quotas text) RETURNS void
  LANGUAGE plpgsql
  AS $$
DECLARE
  is_deleted boolean;
  not_before timestamptz;
  session_id uuid;
  is_revoked boolean;
BEGIN
  PERFORM app.introduce(asking_user, sign_in, request_id, address), set_config('app.quotas', quotas, true),
    set_config('statement_timeout', statement_ms::text, true),
    -- Of a user with many rows the planner expects so much that Postgres would compile the statement: seconds in place of milliseconds.
    set_config('jit', 'off', true);
  SELECT u.deleted_at IS NOT NULL, u.not_valid_before, s.id, s.revoked_at IS NOT NULL
  INTO is_deleted, not_before, session_id, is_revoked
  FROM public.users u LEFT JOIN public.sessions s ON s.user_id = asking_user AND s.sign_in_id = sign_in
  WHERE u.id = asking_user;
  IF FOUND AND session_id IS NULL AND current_setting('transaction_read_only') = 'off' THEN
    -- Signing out everywhere changes this row first: either that is seen here, or the row below is seen there. Not FOR SHARE: two
    -- requests that went on to change it would wait for each other.
    PERFORM FROM public.users u WHERE u.id = asking_user FOR NO KEY UPDATE;
    SELECT u.deleted_at IS NOT NULL, u.not_valid_before, s.id, s.revoked_at IS NOT NULL
    INTO is_deleted, not_before, session_id, is_revoked
    FROM public.users u LEFT JOIN public.sessions s ON s.user_id = asking_user AND s.sign_in_id = sign_in
    WHERE u.id = asking_user;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user is not registered' USING ERRCODE = 'PY001';
  ELSIF is_deleted THEN
    RAISE EXCEPTION 'account was deleted' USING ERRCODE = 'PY003';
  ELSIF is_revoked OR session_id IS NULL AND coalesce(signed_in_at, '-infinity') <= not_before THEN
    RAISE EXCEPTION 'sign-in was revoked' USING ERRCODE = 'PY002';
  END IF;
  IF session_id IS NULL AND current_setting('transaction_read_only') = 'off' THEN
    INSERT INTO public.sessions (user_id, id, sign_in_id, user_agent, expires_at)
    VALUES (asking_user, app.uuid_v7(), sign_in, device, valid_until) ON CONFLICT DO NOTHING;
  ELSIF seen THEN
    UPDATE public.sessions SET last_seen_at = now(), expires_at = greatest(expires_at, valid_until)
    WHERE user_id = asking_user AND sign_in_id = sign_in AND last_seen_at < now() - interval '5 minutes';
  END IF;
  IF heavy THEN
    FOR slot IN 1..4 LOOP
      IF pg_try_advisory_xact_lock(hashtextextended(asking_user::text, slot)) THEN
        RETURN;
      END IF;
    END LOOP;
    RAISE EXCEPTION 'no slot is free' USING ERRCODE = 'PY004';
  END IF;
END
$$;
REVOKE ALL ON FUNCTION app.admit_request(uuid, text, timestamptz, timestamptz, text, text, text, boolean, boolean, int, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.admit_request(uuid, text, timestamptz, timestamptz, text, text, text, boolean, boolean, int, text)
  TO parley_app;
--> statement-breakpoint
-- functions/admit_sign_in.sql
-- First statement of the one request that comes before the row in `users`, or brings a deleted one back. It holds that row until the
-- end, so that signing out everywhere and the purge come before it or after it. PY002: the sign-in was ended, or has no row and is
-- from before the user signed out everywhere or deleted the account; of a purged one the receipt knows when. PY003: the account was
-- deleted and its grace time is over, by the wall clock, as a purge may have held the row; no sign-in is let in until the purge has ended.
CREATE OR REPLACE FUNCTION app.admit_sign_in(asking_user uuid, sign_in text, signed_in_at timestamptz, request_id text, address text)
  RETURNS void
  LANGUAGE plpgsql
  AS $$
DECLARE
  not_before timestamptz;
  is_due boolean;
  is_revoked boolean;
BEGIN
  PERFORM app.introduce(asking_user, sign_in, request_id, address);
  SELECT greatest(u.not_valid_before, u.deleted_at), u.purge_after <= clock_timestamp() INTO not_before, is_due
  FROM public.users u WHERE u.id = asking_user FOR NO KEY UPDATE;
  IF is_due THEN
    RAISE EXCEPTION 'account is being purged' USING ERRCODE = 'PY003';
  END IF;
  SELECT s.revoked_at IS NOT NULL INTO is_revoked
  FROM public.sessions s WHERE s.user_id = asking_user AND s.sign_in_id = sign_in;
  IF NOT FOUND THEN
    is_revoked := coalesce(signed_in_at, '-infinity') <= greatest(not_before, app.purged_at(asking_user));
  END IF;
  IF is_revoked THEN
    RAISE EXCEPTION 'sign-in was revoked' USING ERRCODE = 'PY002';
  END IF;
END
$$;
REVOKE ALL ON FUNCTION app.admit_sign_in(uuid, text, timestamptz, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.admit_sign_in(uuid, text, timestamptz, text, text) TO parley_app;
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
      ELSE array_remove(array_remove(changes, 'deleted_at'), 'not_valid_before') END;
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
-- functions/begins.sql
-- Whether parts are the beginning of others: all of them are there, but a text that was streaming may have gone on, and a tool that had
-- not answered may have.
CREATE OR REPLACE FUNCTION app.begins(beginning jsonb, whole jsonb) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN jsonb_array_length(beginning) BETWEEN 1 AND jsonb_array_length(whole) AND NOT EXISTS (
    SELECT FROM jsonb_array_elements(beginning) WITH ORDINALITY AS a (part, n)
    JOIN jsonb_array_elements(whole) WITH ORDINALITY AS b (part, n) USING (n)
    WHERE a.part <> b.part
      AND NOT coalesce(a.part ->> 'state' = 'streaming' AND a.part -> 'type' = b.part -> 'type'
        AND starts_with(b.part ->> 'text', a.part ->> 'text'), false)
      AND NOT coalesce(a.part -> 'toolCallId' = b.part -> 'toolCallId'
        AND (a.part ->> 'state' IN ('input-streaming', 'input-available', 'approval-requested', 'approval-responded')
          OR a.part -> 'preliminary' = 'true'), false));
REVOKE ALL ON FUNCTION app.begins(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.begins(jsonb, jsonb) TO parley_app;
--> statement-breakpoint
-- functions/count_change.sql
-- The bytes by which a row has grown or shrunk.
CREATE OR REPLACE FUNCTION app.count_change() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF TG_ARGV[0] = 'conversation' THEN
    PERFORM app.add_usage(NEW.user_id, 0, 0, 0, octet_length(concat(NEW.title, NEW.system_prompt, NEW.metadata))
      - octet_length(concat(OLD.title, OLD.system_prompt, OLD.metadata)));
  ELSIF TG_ARGV[0] = 'message' THEN
    PERFORM app.add_usage(NEW.user_id, 0, 0, 0,
      octet_length(concat(NEW.content, NEW.parts, NEW.attachments, NEW.reasoning, NEW.usage, NEW.metadata))
      - octet_length(concat(OLD.content, OLD.parts, OLD.attachments, OLD.reasoning, OLD.usage, OLD.metadata)));
  ELSIF TG_ARGV[0] = 'document' THEN
    PERFORM app.add_usage(NEW.user_id, 0, 0, 0, octet_length(concat(NEW.title, NEW.content, NEW.metadata))
      - octet_length(concat(OLD.title, OLD.content, OLD.metadata)));
  ELSE
    PERFORM app.add_usage(NEW.user_id, 0, 0, 0,
      CASE WHEN NEW.client_provided THEN octet_length(concat(NEW.content, NEW.metadata)) + pg_column_size(NEW.client_embedding) ELSE 0 END
      - CASE WHEN OLD.client_provided THEN octet_length(concat(OLD.content, OLD.metadata)) + pg_column_size(OLD.client_embedding) ELSE 0 END);
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.count_change() FROM PUBLIC;
--> statement-breakpoint
-- functions/count_embedded.sql
-- Adds tokens that were embedded today for a user, in a row that no other transaction holds (see app.add_usage).
CREATE OR REPLACE FUNCTION app.count_embedded(for_user uuid, tokens bigint) RETURNS void
  LANGUAGE plpgsql
  AS $$
DECLARE
  today constant date := (now() AT TIME ZONE 'utc')::date;
  free uuid;
BEGIN
  SELECT shard INTO free FROM public.usage WHERE user_id = for_user ORDER BY shard LIMIT 1 FOR UPDATE SKIP LOCKED;
  UPDATE public.usage u
  SET embedded_tokens = CASE u.embedded_on WHEN today THEN u.embedded_tokens ELSE 0 END + tokens, embedded_on = today
  WHERE u.user_id = for_user AND u.shard = free;
  IF free IS NULL THEN
    INSERT INTO public.usage (user_id, embedded_tokens, embedded_on) VALUES (for_user, tokens, today);
  END IF;
END
$$;
REVOKE ALL ON FUNCTION app.count_embedded(uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.count_embedded(uuid, bigint) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/count_rows.sql
-- Rows that came or went, and their bytes. With its owner's rights, so that the Worker's roles cannot change what they have. The
-- purge of an account takes the counts along.
CREATE OR REPLACE FUNCTION app.count_rows() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  sign constant int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  IF session_user = 'parley_system' AND current_setting('app.purging', true) <> '' THEN
    RETURN NULL;
  END IF;
  -- A statement is looked at when it runs: each of these names columns that only its table has.
  IF TG_ARGV[0] = 'conversation' THEN
    PERFORM app.add_usage(t.user_id, sign * count(*), 0, 0, sign * sum(octet_length(concat(t.title, t.system_prompt, t.metadata))))
    FROM touched t GROUP BY t.user_id;
  ELSIF TG_ARGV[0] = 'message' THEN
    PERFORM app.add_usage(t.user_id, 0, sign * count(*), 0,
      sign * sum(octet_length(concat(t.content, t.parts, t.attachments, t.reasoning, t.usage, t.metadata))))
    FROM touched t GROUP BY t.user_id;
  ELSIF TG_ARGV[0] = 'document' THEN
    PERFORM app.add_usage(t.user_id, 0, 0, sign * count(*), sign * sum(octet_length(concat(t.title, t.content, t.metadata))))
    FROM touched t GROUP BY t.user_id;
  ELSE
    PERFORM app.add_usage(t.user_id, 0, 0, 0,
      sign * sum(octet_length(concat(t.content, t.metadata)) + pg_column_size(t.client_embedding)))
    FROM touched t WHERE t.client_provided GROUP BY t.user_id;
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.count_rows() FROM PUBLIC;
--> statement-breakpoint
-- functions/embedded_today.sql
-- Tokens that were embedded for a user since midnight, in UTC.
CREATE OR REPLACE FUNCTION app.embedded_today(owner uuid) RETURNS bigint
  LANGUAGE sql STABLE
  AS $$
    SELECT coalesce(sum(u.embedded_tokens), 0)::bigint FROM public.usage u
    WHERE u.user_id = owner AND u.embedded_on = (now() AT TIME ZONE 'utc')::date
  $$;
REVOKE ALL ON FUNCTION app.embedded_today(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.embedded_today(uuid) TO parley_app, parley_system;
--> statement-breakpoint
-- functions/forget_answers.sql
-- What was purged is gone from the kept answers of requests with an Idempotency-Key, too, in the same transaction. An emptied answer
-- stays, so that a repeated request does not write the text again. As a trigger with its argument: 'message' after messages were
-- deleted, 'wiped' after one has lost its text or can no longer be restored, else after conversations or documents were deleted, or one became due at once.
CREATE OR REPLACE FUNCTION app.forget_answers() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
DECLARE
  emptied CONSTANT jsonb := '{"by": "", "rows": []}';
  kind CONSTANT text := CASE TG_ARGV[0] WHEN 'document' THEN 'document ' ELSE '' END;
  owners uuid[];
  resources text[];
  moment timestamptz;
BEGIN
  IF TG_ARGV[0] = 'wiped' THEN
    -- What a message shows was kept at its own moment; what a copy shows, at that of the fork.
    SELECT greatest(NEW.created_at, c.created_at) INTO moment
    FROM public.conversations c WHERE c.user_id = NEW.user_id AND c.id = NEW.conversation_id;
    UPDATE public.idempotency_keys SET response_rows = emptied
    WHERE user_id = NEW.user_id AND resource = NEW.conversation_id AND created_at = moment AND response_rows IS NOT NULL;
    UPDATE public.idempotency_keys SET response_rows = emptied
    WHERE user_id = NEW.user_id AND resource = NEW.conversation_id || '/' || NEW.id AND response_rows IS NOT NULL;
    UPDATE public.idempotency_keys SET response_rows = emptied
    WHERE user_id = NEW.user_id AND resource IS NULL AND response_rows IS NOT NULL
      AND (created_at = moment OR response_rows #>> '{rows,0,messageId}' = NEW.id)
      AND coalesce(response_rows #>> '{rows,0,conversationId}', response_rows #>> '{rows,0,id}') = NEW.conversation_id;
    RETURN NULL;
  END IF;
  IF TG_LEVEL = 'ROW' THEN
    owners := ARRAY[NEW.user_id];
    resources := ARRAY[NEW.id::text];
  ELSIF TG_ARGV[0] = 'message' THEN
    SELECT array_agg(t.user_id), array_agg(t.conversation_id) INTO owners, resources
    FROM (SELECT DISTINCT user_id, conversation_id::text FROM touched) t;
  ELSE
    SELECT array_agg(t.user_id), array_agg(t.id::text) INTO owners, resources FROM touched t;
  END IF;
  UPDATE public.idempotency_keys k SET response_rows = emptied
  FROM unnest(owners, resources) AS t (user_id, id)
  WHERE k.user_id = t.user_id AND k.resource = kind || t.id AND k.response_rows IS NOT NULL;
  -- From '/' to '0': all that begins with the id and a slash.
  UPDATE public.idempotency_keys k SET response_rows = emptied
  FROM unnest(owners, resources) AS t (user_id, id)
  WHERE kind = '' AND k.user_id = t.user_id AND k.resource > t.id || '/' AND k.resource < t.id || '0' AND k.response_rows IS NOT NULL;
  -- What the release before has kept, for the day that it lives.
  UPDATE public.idempotency_keys k SET response_rows = emptied
  FROM unnest(owners, resources) AS t (user_id, id)
  WHERE k.user_id = t.user_id AND k.resource IS NULL AND k.response_rows IS NOT NULL
    AND coalesce(k.response_rows #>> '{rows,0,conversationId}', k.response_rows #>> '{rows,0,id}') = t.id;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.forget_answers() FROM PUBLIC;
--> statement-breakpoint
-- functions/index_words.sql
-- Before a row is written: the words of its text, for the keyword search. Of what a request writes in one transaction, 64 KiB are read at once;
-- the rest waits (null) and is read in the background, in small transactions (docs/decisions/037-words-that-wait.md).
CREATE OR REPLACE FUNCTION app.index_words() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
DECLARE
  language regconfig := 'simple';
  content text := NEW.content;
  bytes int;
BEGIN
  IF TG_TABLE_NAME = 'document_chunks' THEN
    language := NEW.language;
    content := NEW.context || ' ' || NEW.content;
  END IF;
  bytes := coalesce(nullif(current_setting('app.words_read', true), '')::int, 0) + least(octet_length(content), 240000);
  IF bytes > 65536 AND current_user = 'parley_app' THEN
    NEW.search := NULL;
  ELSE
    PERFORM set_config('app.words_read', bytes::text, true);
    NEW.search := app.words_of(language, content);
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION app.index_words() FROM PUBLIC;
--> statement-breakpoint
-- functions/keyword_hits.sql
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
--> statement-breakpoint
-- functions/keyword_terms.sql
-- What is asked for, as tsqueries of which a text must meet one, the more the better. Strict: one, as `websearch_to_tsquery`
-- reads it; of more than 100 words and operators, the 35 longest words and 10 that must not be there, as if each was asked for
-- alone. Relaxed: each word by itself, the 50 longest. Prefix: the last word may go on. Read as `messages.search` reads
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
  whole text;
BEGIN
  IF relaxed THEN
    SELECT array_agg(app.as_term(lexeme)) || array_remove(ARRAY[beginning], NULL) INTO terms
    FROM (SELECT lexeme FROM unnest(to_tsvector(language, left(words, length(words) - coalesce(length(last_word), 0))))
      ORDER BY length(lexeme) DESC, lexeme LIMIT 50) longest;
  ELSE
    terms := ARRAY[websearch_to_tsquery(language, words)];
    -- Each text is held against all of them, and what a phrase asks of words that it repeats grows with the square of their number.
    IF numnode(terms[1]) > 100 THEN
      whole := terms[1]::text;
      terms := ARRAY[(
        SELECT string_agg(term, CASE WHEN whole LIKE '% | %' THEN ' | ' ELSE ' & ' END) FROM (
          (SELECT DISTINCT word[1] AS term, length(word[1]) FROM regexp_matches(querytree(terms[1]), '(''(?:[^'']|'''')+'')', 'g') word
            ORDER BY 2 DESC, 1 LIMIT 35)
          UNION ALL
          (SELECT DISTINCT word[1], 0 FROM regexp_matches(whole, '(!''(?:[^'']|'''')+'')', 'g') word
            WHERE whole NOT LIKE '% | %' ORDER BY 1 LIMIT 10)) words)::tsquery];
    END IF;
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
-- RFC 7396: names that are null go, objects are merged, everything else takes the place of what was there. One object is built for
-- each level: setting name after name would copy all of it each time.
CREATE OR REPLACE FUNCTION app.merge_patch(target jsonb, patch jsonb) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE
  AS $$
BEGIN
  IF jsonb_typeof(patch) <> 'object' THEN
    RETURN patch;
  END IF;
  RETURN (
    SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM (
      SELECT key AS name, value FROM jsonb_each(CASE jsonb_typeof(target) WHEN 'object' THEN target ELSE '{}' END)
      WHERE NOT patch ? key
      UNION ALL
      SELECT key, CASE jsonb_typeof(value) WHEN 'object' THEN app.merge_patch(target -> key, value) ELSE value END
      FROM jsonb_each(patch) WHERE jsonb_typeof(value) <> 'null') members);
END
$$;
REVOKE ALL ON FUNCTION app.merge_patch(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.merge_patch(jsonb, jsonb) TO parley_app;
--> statement-breakpoint
-- functions/purged_at.sql
-- When the asking user deleted an earlier account that was purged since, the last of them; null where there is none.
CREATE OR REPLACE FUNCTION app.purged_at(owner uuid) RETURNS timestamptz
  LANGUAGE sql STABLE
  AS $$ SELECT max(r.deleted_at) FROM public.purge_receipts r WHERE r.user_id = owner $$;
REVOKE ALL ON FUNCTION app.purged_at(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.purged_at(uuid) TO parley_app;
--> statement-breakpoint
-- functions/refuse_text.sql
-- Scheduled work wipes the texts of deleted messages, indexes words and settles what was left unfinished; it writes no text. Policies that
-- let it do one thing let it do the others: they are alternatives, and none sees the row as it was.
CREATE OR REPLACE FUNCTION app.refuse_text() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  RAISE EXCEPTION 'parley_system may wipe the text of a deleted message, and write none' USING ERRCODE = 'insufficient_privilege';
END
$$;
REVOKE ALL ON FUNCTION app.refuse_text() FROM PUBLIC;
--> statement-breakpoint
-- functions/requeue_written.sql
-- After a save has left what it has written in `app.written_messages`: a job for each message that is embedded, none for others, and no
-- vector of an old text. Jobs first, as everywhere. Statements of their own see a vector of the old text that was stored meanwhile.
CREATE OR REPLACE FUNCTION app.requeue_written(owner uuid, conversation text) RETURNS void
  LANGUAGE plpgsql SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  written constant jsonb := nullif(current_setting('app.written_messages', true), '')::jsonb;
BEGIN
  IF coalesce(written, '[]') = '[]' THEN
    RETURN;
  END IF;
  INSERT INTO public.embedding_jobs (user_id, conversation_id, message_id)
  SELECT c.user_id, c.id, w.id FROM public.conversations c, jsonb_to_recordset(written) AS w (id text, embeds boolean)
  WHERE c.user_id = owner AND c.id = conversation AND w.embeds
  ON CONFLICT (user_id, conversation_id, message_id)
    DO UPDATE SET claim_id = NULL, attempts = 0, run_at = now(), failed_at = NULL, last_error = NULL;
  DELETE FROM public.embedding_jobs j WHERE j.user_id = owner AND j.conversation_id = conversation
    AND j.message_id IN (SELECT w.id FROM jsonb_to_recordset(written) AS w (id text, embeds boolean) WHERE NOT w.embeds);
  DELETE FROM public.chat_vectors v WHERE v.user_id = owner AND v.conversation_id = conversation
    AND v.message_id IN (SELECT w.id FROM jsonb_to_recordset(written) AS w (id text, "isNewText" boolean) WHERE w."isNewText");
END
$$;
REVOKE ALL ON FUNCTION app.requeue_written(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.requeue_written(uuid, text) TO parley_app;
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
  chat record;
  message jsonb;
  known record;
  parent text;
  parent_branch int;
  parent_depth int := 0;
  first_new int;
  own_branch int;
BEGIN
  SELECT c.user_id, c.id, c.last_seq, c.last_branch INTO chat
  FROM public.conversations c WHERE c.user_id = owner AND c.id = conversation;
  FOR message IN SELECT element FROM jsonb_array_elements(given) element ORDER BY (element -> 'position')::int LOOP
    place := message -> 'position';
    sent := message ->> 'id';
    -- Nearly all of a list is there as it was sent: that is looked at first.
    IF NOT message ?| ARRAY['status', 'content', 'attachments', 'reasoning', 'model', 'usage'] THEN
      SELECT m.id, m.branch, m.depth INTO known FROM public.messages m
      WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = sent
        AND (place = 1 OR m.parent_id = parent) AND m.deleted_at IS NULL AND m.status <> 'in_progress'
        AND m.role = message ->> 'role' AND m.parts = message -> 'parts'
        AND NOT EXISTS (
          SELECT FROM public.messages s WHERE s.user_id = owner AND s.conversation_id = conversation AND s.sent_id = sent);
      IF FOUND THEN
        outcome := 'unchanged';
        is_new_text := false;
        is_queued := false;
        stored := known.id;
        parent := known.id;
        parent_branch := known.branch;
        parent_depth := known.depth;
        RETURN NEXT;
        CONTINUE;
      END IF;
    END IF;
    SELECT m.id, m.parent_id, m.branch, m.depth, m.content, m.status, m.is_live, m.new_status,
      m.is_live AND (m.is_open OR m.is_same) AS is_extended, NOT m.is_live AND (m.is_open OR m.is_wiped) AS stays_deleted,
      m.is_beginning OR m.is_same AND m.status = m.new_status AS is_equal
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
    IF NOT FOUND OR NOT (known.is_equal OR known.is_extended OR known.stays_deleted) THEN
      IF place = 1 AND FOUND THEN
        parent := known.parent_id;
      END IF;
      first_new := place;
      EXIT;
    END IF;
    outcome := 'unchanged';
    is_new_text := false;
    is_queued := false;
    IF known.is_extended AND NOT known.is_equal THEN
      outcome := 'updated';
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
-- functions/show_hits.sql
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
--> statement-breakpoint
-- functions/words_of.sql
-- The words of a text, of its first 60,000 characters: a tsvector holds 1 MiB of words, and some texts give more than they are.
-- Postgres' parser takes what stands in `<…>` for no words, and all of a `<script>`: code is text here, too. In lower case first,
-- since a word that grows by it is too long for Postgres 17.5.
CREATE OR REPLACE FUNCTION app.words_of(language regconfig, content text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN to_tsvector(language, translate(lower("left"(content, 60000)), '<', ' '));
REVOKE ALL ON FUNCTION app.words_of(regconfig, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_of(regconfig, text) TO parley_app, parley_system;
