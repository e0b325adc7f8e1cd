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
