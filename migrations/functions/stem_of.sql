-- The stem of a word, without accents; null where the dictionary has none. A short one is marked, but for English ones: a word of another language
-- may be the same (`logo` is `log` in Spanish), and what is marked meets only what was read in such a language.
CREATE OR REPLACE FUNCTION app.stem_of(dictionary regdictionary, word text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  stem text := nullif(app.folded((ts_lexize(dictionary, word))[1]), '');
BEGIN
  IF length(stem) > 3 OR dictionary = 'english_stem'::regdictionary THEN
    RETURN stem;
  END IF;
  RETURN stem || '~';
END
$$;
REVOKE ALL ON FUNCTION app.stem_of(regdictionary, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.stem_of(regdictionary, text) TO parley_app, parley_system;
