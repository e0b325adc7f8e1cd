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
  exceeded text;
BEGIN
  IF more_conversations = 0 AND more_messages = 0 AND more_documents = 0 AND more_bytes = 0 THEN
    RETURN;
  END IF;
  UPDATE public.usage u
  SET conversations = u.conversations + more_conversations, messages = u.messages + more_messages,
    documents = u.documents + more_documents, stored_bytes = u.stored_bytes + more_bytes
  FROM (SELECT shard FROM public.usage WHERE user_id = owner ORDER BY shard LIMIT 1 FOR UPDATE SKIP LOCKED) free
  WHERE u.user_id = owner AND u.shard = free.shard;
  IF NOT FOUND THEN
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
    set_config('statement_timeout', statement_ms::text, true);
  SELECT u.deleted_at IS NOT NULL, u.not_valid_before, s.id, s.revoked_at IS NOT NULL
  INTO is_deleted, not_before, session_id, is_revoked
  FROM public.users u LEFT JOIN public.sessions s ON s.user_id = asking_user AND s.sign_in_id = sign_in
  WHERE u.id = asking_user;
  IF FOUND AND session_id IS NULL AND current_setting('transaction_read_only') = 'off' THEN
    -- Who signs out everywhere changes this row first: either that is seen here, or the row below is seen there.
    SELECT u.deleted_at IS NOT NULL, u.not_valid_before INTO is_deleted, not_before
    FROM public.users u WHERE u.id = asking_user FOR SHARE;
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
-- deleted and its grace time is over, by the wall clock, as a purge may have held the row; until its purge has ended nobody gets in.
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
CREATE OR REPLACE FUNCTION app.count_embedded(owner uuid, tokens bigint) RETURNS void
  LANGUAGE plpgsql
  AS $$
DECLARE
  today constant date := (now() AT TIME ZONE 'utc')::date;
BEGIN
  UPDATE public.usage u
  SET embedded_tokens = CASE u.embedded_on WHEN today THEN u.embedded_tokens ELSE 0 END + tokens, embedded_on = today
  FROM (SELECT shard FROM public.usage WHERE user_id = owner ORDER BY shard LIMIT 1 FOR UPDATE SKIP LOCKED) free
  WHERE u.user_id = owner AND u.shard = free.shard;
  IF NOT FOUND THEN
    INSERT INTO public.usage (user_id, embedded_tokens, embedded_on) VALUES (owner, tokens, today);
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
-- functions/purged_at.sql
-- When the asking user deleted an earlier account that was purged since, the last of them; null where there is none.
CREATE OR REPLACE FUNCTION app.purged_at(owner uuid) RETURNS timestamptz
  LANGUAGE sql STABLE
  AS $$ SELECT max(r.deleted_at) FROM public.purge_receipts r WHERE r.user_id = owner $$;
REVOKE ALL ON FUNCTION app.purged_at(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.purged_at(uuid) TO parley_app;
