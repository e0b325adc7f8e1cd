-- Written by `npm run db:functions`.
SET LOCAL check_function_bodies = off;
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
-- functions/purged_at.sql
-- When the asking user deleted an earlier account that was purged since, the last of them; null where there is none.
CREATE OR REPLACE FUNCTION app.purged_at(owner uuid) RETURNS timestamptz
  LANGUAGE sql STABLE
  AS $$ SELECT max(r.deleted_at) FROM public.purge_receipts r WHERE r.user_id = owner $$;
REVOKE ALL ON FUNCTION app.purged_at(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.purged_at(uuid) TO parley_app;
