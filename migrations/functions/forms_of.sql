-- What a piece of a text is found by, as entries of a tsvector at its place: A, as it stands; B, its stem, and itself without accents; C, its
-- parts, which count less. A run without spaces is found by the pairs of its characters, and by its last one, so that a single character
-- is looked for as the beginning of a pair.
CREATE OR REPLACE FUNCTION app.forms_of(piece text, place text, dictionary regdictionary) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  whole text := lower(piece COLLATE pg_c_utf8);
  bare text;
  word text;
  part text;
  as_is text[] := '{}';
  other text[] := '{}';
  parts text[] := '{}';
BEGIN
  IF piece ~ ('^[' || app.unspaced() || ']') THEN
    as_is := app.pairs_of(whole);
  ELSE
    IF piece ~ '[[:punct:]]' COLLATE pg_c_utf8 THEN
      as_is := ARRAY[whole];
      other := ARRAY[app.folded(whole)];
      bare := whole;
      IF piece ~ '[/@]' THEN
        -- A URL without its scheme.
        bare := rtrim(regexp_replace(whole, '^(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?', ''), '/');
        other := other || bare;
      END IF;
      FOREACH part IN ARRAY (regexp_split_to_array(bare, '[/\\?&=:@,;#]+'))[:32] LOOP
        CONTINUE WHEN part !~ '[[:alnum:]][[:punct:]]+[[:alnum:]]' COLLATE pg_c_utf8;
        parts := parts || part;
        IF part ~ '^v[0-9]' THEN
          parts := parts || substr(part, 2);
        ELSIF part ~ '\.[^.]*\.[a-z]+$' THEN
          parts := parts || substring(part FROM '[^.]+\.[^.]+$');
        END IF;
      END LOOP;
    END IF;
    FOREACH word IN ARRAY (regexp_split_to_array(piece COLLATE pg_c_utf8, '[[:punct:]]+'))[:64] LOOP
      CONTINUE WHEN word = '' OR length(word) > 100;
      part := lower(word COLLATE pg_c_utf8);
      IF word = piece THEN
        as_is := ARRAY[part];
        other := ARRAY[app.folded(part), app.folded((ts_lexize(dictionary, part))[1])];
      ELSE
        parts := parts || app.folded(part) || app.folded((ts_lexize(dictionary, part))[1]);
      END IF;
      FOR part IN SELECT * FROM app.parts_of(word) LOOP
        parts := parts || app.folded(part) || app.folded((ts_lexize(dictionary, part))[1]);
      END LOOP;
      IF word ~ '^[\uac00-\ud7a3]{3}' THEN
        parts := parts || app.pairs_of(word);
      END IF;
    END LOOP;
  END IF;
  RETURN (
    SELECT string_agg(entry || ':' || place || label, ' ') FROM (
      SELECT unnest(as_is) AS lexeme, 'A' AS label UNION ALL SELECT unnest(other), 'B' UNION ALL SELECT unnest(parts), 'C') f
    CROSS JOIN LATERAL concat('''', replace(replace(lexeme, '\', '\\'), '''', ''''''), '''') entry
    WHERE lexeme <> '' AND length(lexeme) <= 200);
END
$$;
REVOKE ALL ON FUNCTION app.forms_of(text, text, regdictionary) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.forms_of(text, text, regdictionary) TO parley_app, parley_system;
