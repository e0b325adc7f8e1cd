-- As audit_rows. The vectors of a document's chunks are no events of their own: they follow from the document.
CREATE OR REPLACE FUNCTION app.audit_vectors() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF session_user = 'parley_system' AND current_setting('app.purging', true) <> '' THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.audit_events (user_id, id, actor, action, resource, resource_id, request_id, sign_in_id, address)
  SELECT touched.user_id, app.uuid_v7(), app.current_actor(), CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE 'purge' END,
    'vector', touched.id, nullif(current_setting('app.request_id', true), ''),
    nullif(current_setting('app.sign_in_id', true), ''), nullif(current_setting('app.address', true), '')
  FROM touched WHERE touched.chunk_id IS NULL;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.audit_vectors() FROM PUBLIC;
