-- Whether something passes the part of the filter that messages and documents share; null where it doesn't. Plain SQL without
-- a subselect, so that the planner inlines it.
CREATE OR REPLACE FUNCTION app.passes(after timestamptz, before timestamptz, path jsonpath, vars jsonb, created_at timestamptz, metadata jsonb)
  RETURNS boolean
  LANGUAGE sql STABLE
  AS $$
    SELECT (after IS NULL OR created_at > after) AND (before IS NULL OR created_at < before)
      AND (path IS NULL OR jsonb_path_match(metadata, path, vars, true))
  $$;
REVOKE ALL ON FUNCTION app.passes(timestamptz, timestamptz, jsonpath, jsonb, timestamptz, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.passes(timestamptz, timestamptz, jsonpath, jsonb, timestamptz, jsonb) TO parley_app, parley_system;
