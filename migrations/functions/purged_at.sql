-- When the asking user deleted an earlier account that was purged since, the last of them; null where there is none.
CREATE OR REPLACE FUNCTION app.purged_at(owner uuid) RETURNS timestamptz
  LANGUAGE sql STABLE
  AS $$ SELECT max(r.deleted_at) FROM public.purge_receipts r WHERE r.user_id = owner $$;
REVOKE ALL ON FUNCTION app.purged_at(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.purged_at(uuid) TO parley_app;
