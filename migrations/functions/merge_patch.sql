-- RFC 7396: names that are null go, objects are merged, everything else takes the place of what was there.
CREATE OR REPLACE FUNCTION app.merge_patch(target jsonb, patch jsonb) RETURNS jsonb
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
REVOKE ALL ON FUNCTION app.merge_patch(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.merge_patch(jsonb, jsonb) TO parley_app;
