-- As release 0.3.0 asks: its Worker runs until the next one is deployed. To be dropped in the release after this one.
GRANT CREATE ON SCHEMA app TO parley_system;
SET LOCAL ROLE parley_system;
CREATE OR REPLACE FUNCTION app.keyword_hits(asked text, relaxed boolean, prefix boolean, scope app.search_scope, wanted int)
  RETURNS TABLE (source text, id text, rank float8, words tsquery)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT source, id, rank, app.keyword_query('simple', asked, true, prefix)
    FROM app.keyword_search(jsonb_build_object('text', asked, 'prefix', prefix, 'all', NOT relaxed), scope, wanted)
  $$;
REVOKE ALL ON FUNCTION app.keyword_hits(text, boolean, boolean, app.search_scope, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_hits(text, boolean, boolean, app.search_scope, int) TO parley_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM parley_system;
