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
