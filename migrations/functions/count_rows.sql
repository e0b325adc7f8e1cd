-- Rows that came or went, and their bytes. With its owner's rights, so that the Worker's roles cannot change what they have. The
-- purge of an account takes the counts along.
CREATE OR REPLACE FUNCTION app.count_rows() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  sign constant int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  IF session_user = 'parley_system' AND current_setting('app.purging', true) <> '' THEN
    RETURN NULL;
  END IF;
  -- A statement is looked at when it runs: each of these names columns that only its table has.
  IF TG_ARGV[0] = 'conversation' THEN
    PERFORM app.add_usage(t.user_id, sign * count(*), 0, 0, sign * sum(octet_length(concat(t.title, t.system_prompt, t.metadata))))
    FROM touched t GROUP BY t.user_id;
  ELSIF TG_ARGV[0] = 'message' THEN
    PERFORM app.add_usage(t.user_id, 0, sign * count(*), 0,
      sign * sum(octet_length(concat(t.content, t.parts, t.attachments, t.reasoning, t.usage, t.metadata))))
    FROM touched t GROUP BY t.user_id;
  ELSIF TG_ARGV[0] = 'document' THEN
    PERFORM app.add_usage(t.user_id, 0, 0, sign * count(*), sign * sum(octet_length(concat(t.title, t.content, t.metadata))))
    FROM touched t GROUP BY t.user_id;
  ELSE
    PERFORM app.add_usage(t.user_id, 0, 0, 0,
      sign * sum(octet_length(concat(t.content, t.metadata)) + pg_column_size(t.client_embedding)))
    FROM touched t WHERE t.client_provided GROUP BY t.user_id;
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.count_rows() FROM PUBLIC;
