ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
-- RFC 7396: names that are null go, objects are merged, everything else takes the place of what was there.
CREATE FUNCTION app.merge_patch(target jsonb, patch jsonb) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE
  AS $$
DECLARE
  merged jsonb := CASE jsonb_typeof(target) WHEN 'object' THEN target ELSE '{}' END;
  name text;
  value jsonb;
BEGIN
  IF jsonb_typeof(patch) <> 'object' THEN
    RETURN patch;
  END IF;
  FOR name, value IN SELECT * FROM jsonb_each(patch) LOOP
    merged := CASE jsonb_typeof(value)
      WHEN 'null' THEN merged - name
      WHEN 'object' THEN jsonb_set(merged, ARRAY[name], app.merge_patch(merged -> name, value))
      ELSE jsonb_set(merged, ARRAY[name], value)
    END;
  END LOOP;
  RETURN merged;
END
$$;
--> statement-breakpoint
DROP TRIGGER audit_change ON messages;
--> statement-breakpoint
CREATE TRIGGER audit_change
  AFTER UPDATE OF role, content, parts, attachments, reasoning, status, model, usage, metadata, deleted_at ON messages
  FOR EACH ROW EXECUTE FUNCTION app.audit_row('message', 'role', 'content', 'parts', 'attachments', 'reasoning', 'status',
    'model', 'usage', 'metadata', 'deleted_at');
--> statement-breakpoint
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION app.merge_patch(jsonb, jsonb) TO parley_app;
--> statement-breakpoint
-- Purging a conversation takes its messages along, by their foreign key.
GRANT DELETE ON conversations TO parley_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO parley_app;
--> statement-breakpoint
GRANT SELECT (user_id, key, expires_at), DELETE ON idempotency_keys TO parley_system;
--> statement-breakpoint
GRANT SELECT (purge_after) ON conversations TO parley_system;
