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
