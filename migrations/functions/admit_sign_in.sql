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
