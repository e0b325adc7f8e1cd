-- A revoked sign-in is refused by the batch that says who asks: at no round trip of its own, from its very next request.
DROP FUNCTION app.begin_request(uuid, text);
--> statement-breakpoint
-- PY002: the sign-in was revoked. Alone it opens the one request that comes before the row in `users`.
CREATE FUNCTION app.begin_sign_in(asking_user uuid, sign_in text, request_id text) RETURNS void
  LANGUAGE plpgsql
  AS $$
BEGIN
  -- random_page_cost: a page of rows is read through the index whatever the planner believes about a conversation's length.
  PERFORM set_config('app.user_id', asking_user::text, true), set_config('app.request_id', request_id, true),
    set_config('random_page_cost', '1.1', true);
  IF EXISTS (
    SELECT FROM public.sessions WHERE user_id = asking_user AND sign_in_id = sign_in AND revoked_at IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'sign-in was revoked' USING ERRCODE = 'PY002';
  END IF;
END
$$;
--> statement-breakpoint
-- First statement of every batch of a signed-in user. The settings last until the transaction's end and no longer, as
-- Neon's proxy hands the connection to the next request as it is. PY001: the token is good, the user isn't registered.
CREATE FUNCTION app.begin_request(asking_user uuid, sign_in text, request_id text, seen boolean) RETURNS void
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM app.begin_sign_in(asking_user, sign_in, request_id);
  IF NOT EXISTS (SELECT FROM public.users WHERE id = asking_user AND deleted_at IS NULL) THEN
    RAISE EXCEPTION 'user is not registered' USING ERRCODE = 'PY001';
  END IF;
  IF seen THEN
    UPDATE public.sessions SET last_seen_at = now()
    WHERE user_id = asking_user AND sign_in_id = sign_in AND last_seen_at < now() - interval '5 minutes';
  END IF;
END
$$;
--> statement-breakpoint
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION app.begin_sign_in(uuid, text, text), app.begin_request(uuid, text, text, boolean) TO parley_app;
