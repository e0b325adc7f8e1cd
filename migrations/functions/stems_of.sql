-- The stems of a word, as entries of a tsvector with this mark (place and weight); empty where it has none. Of several languages, of which the text may be
-- none, no short stem that the word is itself.
CREATE OR REPLACE FUNCTION app.stems_of(dictionaries regdictionary[], word text, mark text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  dictionary regdictionary;
  stem text;
  entries text := '';
  is_unsure boolean := cardinality(dictionaries) > 1;
BEGIN
  IF word ~ '^[0-9]' THEN
    RETURN '';
  END IF;
  FOREACH dictionary IN ARRAY dictionaries LOOP
    stem := app.stem_of(dictionary, word);
    CONTINUE WHEN stem IS NULL OR is_unsure AND stem = word || '~';
    stem := quote_literal(stem) || mark;
    IF strpos(entries, stem) = 0 THEN
      entries := entries || stem;
    END IF;
  END LOOP;
  RETURN entries;
END
$$;
REVOKE ALL ON FUNCTION app.stems_of(regdictionary[], text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.stems_of(regdictionary[], text, text) TO parley_app, parley_system;
