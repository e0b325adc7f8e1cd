-- The same as one tsquery, for ranks and highlights: these take the square of its length, so that of a long one it has the
-- words alone.
CREATE OR REPLACE FUNCTION app.keyword_query(language regconfig, asked text, relaxed boolean, prefix boolean) RETURNS tsquery
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  terms tsquery[] := app.keyword_terms(language, asked, relaxed, prefix);
BEGIN
  IF NOT relaxed AND numnode(terms[1]) > 100 THEN
    terms := app.keyword_terms(language, asked, true, prefix);
  END IF;
  RETURN (SELECT string_agg('(' || term::text || ')', ' | ')::tsquery FROM unnest(terms) term);
END
$$;
REVOKE ALL ON FUNCTION app.keyword_query(regconfig, text, boolean, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_query(regconfig, text, boolean, boolean) TO parley_app, parley_system;
