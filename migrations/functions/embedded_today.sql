-- Tokens that were embedded for a user since midnight, in UTC.
CREATE OR REPLACE FUNCTION app.embedded_today(owner uuid) RETURNS bigint
  LANGUAGE sql STABLE
  AS $$
    SELECT coalesce(sum(u.embedded_tokens), 0)::bigint FROM public.usage u
    WHERE u.user_id = owner AND u.embedded_on = (now() AT TIME ZONE 'utc')::date
  $$;
REVOKE ALL ON FUNCTION app.embedded_today(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.embedded_today(uuid) TO parley_app, parley_system;
