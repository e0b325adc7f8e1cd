-- The words of a text, of its first 60,000 characters: what is looked for is read the same way (docs/decisions/040-words.md). In
-- `simple`, which is no language, a text tells its language itself.
CREATE OR REPLACE FUNCTION app.words_of(language regconfig, content text) RETURNS tsvector
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  head text := "left"(content, 60000);
BEGIN
  RETURN app.words_in(CASE WHEN language = 'simple'::regconfig THEN app.dictionaries_of(head) ELSE ARRAY[(language::text || '_stem')::regdictionary] END, head);
END
$$;
REVOKE ALL ON FUNCTION app.words_of(regconfig, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_of(regconfig, text) TO parley_app, parley_system;
