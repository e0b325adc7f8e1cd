-- Whether a message's parts are the beginning of others: all the same as far as they go, but for the last one, which may be a text
-- that is still streaming.
CREATE OR REPLACE FUNCTION app.begins(beginning jsonb, whole jsonb) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN jsonb_array_length(beginning) BETWEEN 1 AND jsonb_array_length(whole) AND NOT EXISTS (
    SELECT FROM jsonb_array_elements(beginning) WITH ORDINALITY AS a (part, n)
    WHERE a.part <> whole -> (a.n - 1)::int AND NOT (
      a.n = jsonb_array_length(beginning) AND a.part ->> 'state' IS NOT DISTINCT FROM 'streaming' AND a.part -> 'type' = whole -> (a.n - 1)::int -> 'type'
      AND coalesce(starts_with(whole -> (a.n - 1)::int ->> 'text', a.part ->> 'text'), false)));
REVOKE ALL ON FUNCTION app.begins(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.begins(jsonb, jsonb) TO parley_app;
