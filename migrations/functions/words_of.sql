-- The words of a text, of its first 60,000 characters: what is looked for is read the same way (docs/decisions/040-words.md). In
-- `simple`, which is no language, a text tells its language itself.
CREATE OR REPLACE FUNCTION app.words_of(language regconfig, content text) RETURNS tsvector
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  head text := "left"(content, 60000);
  dictionary regdictionary := CASE WHEN language = 'simple'::regconfig THEN app.language_of(head) ELSE language::text END || '_stem';
BEGIN
  RETURN (
    SELECT coalesce(string_agg(CASE WHEN is_simple
        THEN word || ':' || place || coalesce('A ' || stem || ':' || place || 'B', 'A')
        ELSE app.forms_of(piece, place::text, dictionary) END, ' '), '')::tsvector
    FROM app.pieces_of(head)
    CROSS JOIN LATERAL (SELECT lower(piece COLLATE "C") AS word, (ts_lexize(dictionary, piece))[1] AS stem OFFSET 0) simple);
EXCEPTION WHEN program_limit_exceeded THEN
  -- A tsvector holds 1 MiB.
  RETURN app.words_of(language, "left"(head, length(head) / 2));
END
$$;
REVOKE ALL ON FUNCTION app.words_of(regconfig, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_of(regconfig, text) TO parley_app, parley_system;
