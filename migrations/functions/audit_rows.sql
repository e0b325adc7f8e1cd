-- Rows that came or went, one event each. With its owner's rights, so that the Worker's roles need none to write here. What
-- the purge of an account takes away, it counts in its receipt instead.
CREATE OR REPLACE FUNCTION app.audit_rows() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF session_user = 'parley_system' AND current_setting('app.purging', true) <> '' THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.audit_events (user_id, id, actor, action, resource, resource_id, request_id, sign_in_id, address)
  SELECT touched.user_id, app.uuid_v7(), app.current_actor(), CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE 'purge' END,
    TG_ARGV[0], touched.id, nullif(current_setting('app.request_id', true), ''),
    nullif(current_setting('app.sign_in_id', true), ''), nullif(current_setting('app.address', true), '')
  FROM touched;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.audit_rows() FROM PUBLIC;
