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
