-- The words of a query (see app.query_words) as JSON: those that it has brought along, so that a search reads its query once.
CREATE OR REPLACE FUNCTION app.words_asked(asked jsonb) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  RETURN coalesce(asked -> 'words', (
    SELECT coalesce(jsonb_agg(word), '[]') FROM app.query_words(asked ->> 'text', coalesce((asked ->> 'prefix')::boolean, false)) word));
END
$$;
REVOKE ALL ON FUNCTION app.words_asked(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_asked(jsonb) TO parley_app, parley_system;
