-- RFC 7396: names that are null go, objects are merged, everything else takes the place of what was there. One object is built for
-- each level: setting name after name would copy all of it each time.
CREATE OR REPLACE FUNCTION app.merge_patch(target jsonb, patch jsonb) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE
  AS $$
BEGIN
  IF jsonb_typeof(patch) <> 'object' THEN
    RETURN patch;
  END IF;
  RETURN (
    SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM (
      SELECT key AS name, value FROM jsonb_each(CASE jsonb_typeof(target) WHEN 'object' THEN target ELSE '{}' END)
      WHERE NOT patch ? key
      UNION ALL
      SELECT key, CASE jsonb_typeof(value) WHEN 'object' THEN app.merge_patch(target -> key, value) ELSE value END
      FROM jsonb_each(patch) WHERE jsonb_typeof(value) <> 'null') members);
END
$$;
REVOKE ALL ON FUNCTION app.merge_patch(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.merge_patch(jsonb, jsonb) TO parley_app;
