-- One row that changed, and every new user. Its arguments: what to call the row, then the columns that count.
CREATE OR REPLACE FUNCTION app.audit_row() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  after jsonb := to_jsonb(NEW);
  before jsonb;
  done text := 'create';
  changes text[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    before := to_jsonb(OLD);
    SELECT array_agg(name) INTO changes FROM unnest(TG_ARGV[1:]) name WHERE before -> name IS DISTINCT FROM after -> name;
    -- When something is purged follows from its deletion and its return; a change of that time alone is an event.
    IF changes IS NULL OR session_user = 'parley_system' AND changes = '{purge_after}' THEN
      RETURN NULL;
    END IF;
    done := CASE
      WHEN 'revoked_at' = ANY (changes) AND after ->> 'revoked_at' IS NOT NULL THEN 'revoke'
      WHEN 'deleted_at' <> ALL (changes) THEN 'update'
      WHEN after ->> 'deleted_at' IS NULL THEN 'restore'
      ELSE 'delete'
    END;
    changes := CASE done WHEN 'update' THEN changes WHEN 'revoke' THEN array_remove(changes, 'revoked_at')
      ELSE array_remove(array_remove(changes, 'deleted_at'), 'not_valid_before') END;
    -- A deletion that leaves no time to undo it says so.
    IF done = 'restore' OR done = 'delete' AND (after ->> 'purge_after')::timestamptz > now() THEN
      changes := array_remove(changes, 'purge_after');
    END IF;
  END IF;
  INSERT INTO public.audit_events
    (user_id, id, actor, action, resource, resource_id, conversation_id, changed, request_id, sign_in_id, address)
  VALUES (coalesce(after ->> 'user_id', after ->> 'id')::uuid, app.uuid_v7(), app.current_actor(), done, TG_ARGV[0],
    after ->> 'id', CASE WHEN TG_ARGV[0] = 'message' THEN after ->> 'conversation_id' END,
    nullif(changes, '{}'),
    nullif(current_setting('app.request_id', true), ''), nullif(current_setting('app.sign_in_id', true), ''),
    nullif(current_setting('app.address', true), ''));
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.audit_row() FROM PUBLIC;
