-- Rows that came or went, one event each. With its owner's rights, so that the Worker's roles need none to write here. What
-- the purge of an account takes away, it counts in its receipt instead. The vectors of a document's chunks are no events of their
-- own: they follow from the document.
CREATE OR REPLACE FUNCTION app.audit_rows() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  owners uuid[];
  ids text[];
  conversations text[];
BEGIN
  IF session_user = 'parley_system' AND current_setting('app.purging', true) <> '' THEN
    RETURN NULL;
  END IF;
  -- A statement is looked at when it runs: each of these names columns that only its table has.
  IF TG_ARGV[0] = 'message' THEN
    SELECT array_agg(t.user_id), array_agg(t.id), array_agg(t.conversation_id) INTO owners, ids, conversations FROM touched t;
  ELSIF TG_ARGV[0] = 'vector' THEN
    SELECT array_agg(t.user_id), array_agg(t.id::text) INTO owners, ids FROM touched t WHERE t.chunk_id IS NULL;
  ELSE
    SELECT array_agg(t.user_id), array_agg(t.id::text) INTO owners, ids FROM touched t;
  END IF;
  INSERT INTO public.audit_events
    (user_id, id, actor, action, resource, resource_id, conversation_id, request_id, sign_in_id, address)
  SELECT t.user_id, app.uuid_v7(), app.current_actor(), CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE 'purge' END,
    TG_ARGV[0], t.id, t.conversation_id, nullif(current_setting('app.request_id', true), ''),
    nullif(current_setting('app.sign_in_id', true), ''), nullif(current_setting('app.address', true), '')
  FROM unnest(owners, ids, conversations) AS t (user_id, id, conversation_id);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.audit_rows() FROM PUBLIC;
