-- Whether parts are the beginning of others: all of them are there, but a text that was streaming may have gone on, and a tool that had
-- not answered may have.
CREATE OR REPLACE FUNCTION app.begins(beginning jsonb, whole jsonb) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN jsonb_array_length(beginning) BETWEEN 1 AND jsonb_array_length(whole) AND NOT EXISTS (
    SELECT FROM jsonb_array_elements(beginning) WITH ORDINALITY AS a (part, n)
    JOIN jsonb_array_elements(whole) WITH ORDINALITY AS b (part, n) USING (n)
    WHERE a.part <> b.part
      AND NOT coalesce(a.part ->> 'state' = 'streaming' AND a.part -> 'type' = b.part -> 'type'
        AND starts_with(b.part ->> 'text', a.part ->> 'text'), false)
      AND NOT coalesce(a.part -> 'toolCallId' = b.part -> 'toolCallId'
        AND (a.part ->> 'state' IN ('input-streaming', 'input-available', 'approval-requested', 'approval-responded')
          OR a.part -> 'preliminary' = 'true'), false));
REVOKE ALL ON FUNCTION app.begins(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.begins(jsonb, jsonb) TO parley_app;
