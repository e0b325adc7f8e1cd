-- The stems of a word, as entries of a tsvector with this mark (place and weight); empty where it has none.
CREATE OR REPLACE FUNCTION app.stems_of(dictionaries regdictionary[], word text, mark text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  dictionary regdictionary;
  stem text;
  entries text := '';
BEGIN
  IF word ~ '^[0-9]' THEN
    RETURN '';
  END IF;
  FOREACH dictionary IN ARRAY dictionaries LOOP
    stem := quote_literal(app.stem_of(dictionary, word)) || mark;
    IF stem IS NOT NULL AND strpos(entries, stem) = 0 THEN
      entries := entries || stem;
    END IF;
  END LOOP;
  RETURN entries;
END
$$;
REVOKE ALL ON FUNCTION app.stems_of(regdictionary[], text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.stems_of(regdictionary[], text, text) TO parley_app, parley_system;
