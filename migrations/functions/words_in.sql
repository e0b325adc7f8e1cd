-- The words of a text that is read with these stemmers. See app.words_of.
CREATE OR REPLACE FUNCTION app.words_in(dictionaries regdictionary[], content text) RETURNS tsvector
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  dictionary regdictionary := dictionaries[1];
  -- English as most texts are, without a function call for each word.
  is_fast boolean := cardinality(dictionaries) = 1 AND dictionary = 'english_stem'::regdictionary;
BEGIN
  RETURN (
    SELECT coalesce(string_agg(CASE WHEN NOT is_simple THEN app.forms_of(piece, place::text, dictionaries)
        WHEN is_fast THEN word || ':' || place || coalesce('A ' || stem || ':' || place || 'B', 'A')
        ELSE word || ':' || place || 'A ' || app.stems_of(dictionaries, word, ':' || place || 'B ') END, ' '), '')::tsvector
    FROM app.pieces_of(content)
    CROSS JOIN LATERAL (
      SELECT lower(piece COLLATE "C") AS word, CASE WHEN is_fast AND is_simple THEN (ts_lexize(dictionary, piece))[1] END AS stem OFFSET 0) simple);
EXCEPTION
  WHEN program_limit_exceeded THEN
    -- A tsvector holds 1 MiB.
    RETURN app.words_in(dictionaries, "left"(content, length(content) / 2));
  WHEN OTHERS THEN
    -- No text is refused, or keeps others waiting, for what its words are.
    RETURN to_tsvector('simple', "left"(content, 10000));
END
$$;
REVOKE ALL ON FUNCTION app.words_in(regdictionary[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_in(regdictionary[], text) TO parley_app, parley_system;
