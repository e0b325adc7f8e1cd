-- What a piece of a text is found by, as entries of a tsvector at its place: A, as it stands; B, its stems, and itself without accents, hyphens and the
-- points of `U.S.A.`; C, its parts, which count less. A run without spaces is found by the pairs of its characters, and by its last one, so that a single character
-- is looked for as the beginning of a pair.
CREATE OR REPLACE FUNCTION app.forms_of(piece text, place text, dictionaries regdictionary[]) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  whole text := "left"(lower(piece COLLATE pg_c_utf8), 200);
  as_is text := ':' || place || 'A ';
  other text := ':' || place || 'B ';
  part text := ':' || place || 'C ';
  forms text := '';
  is_ascii boolean := octet_length(whole) = length(whole);
  bare text;
  word text;
  form text;
BEGIN
  IF NOT is_ascii AND piece ~ ('^[' || app.unspaced() || ']') THEN
    FOREACH form IN ARRAY app.pairs_of(whole) LOOP
      forms := forms || quote_literal(form) || as_is;
    END LOOP;
    RETURN forms;
  END IF;
  forms := quote_literal(whole) || as_is;
  IF NOT is_ascii THEN
    forms := forms || coalesce(quote_literal(nullif(app.folded(whole), '')) || other, '');
  END IF;
  IF piece !~ '[[:punct:]]' COLLATE pg_c_utf8 THEN
    forms := forms || app.stems_of(dictionaries, whole, other);
  ELSE
    bare := whole;
    IF piece ~ '[/@]' THEN
      -- A URL without its scheme.
      bare := rtrim(regexp_replace(whole, '^(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?', ''), '/');
      forms := forms || coalesce(quote_literal(nullif(nullif(bare, whole), '')) || other, '');
    END IF;
    FOREACH form IN ARRAY (regexp_split_to_array(bare, '[/?&=:@,;#]+'))[:32] LOOP
      CONTINUE WHEN form !~ '[[:alnum:]][[:punct:]]+[[:alnum:]]' COLLATE pg_c_utf8;
      forms := forms || quote_literal(form) || part;
      IF form ~ '\..*[^[:alnum:]. ]' THEN
        -- `created_at` in `users.created_at`.
        forms := forms || coalesce((SELECT string_agg(quote_literal(name) || part, '')
          FROM regexp_split_to_table(form, '\.') name WHERE name ~ '[[:alnum:]][[:punct:]]+[[:alnum:]]' COLLATE pg_c_utf8), '');
      END IF;
      IF form ~ '^v[0-9]' THEN
        forms := forms || quote_literal(substr(form, 2)) || part;
      ELSIF form ~ '\.[^.]*\.[a-z]+$' THEN
        forms := forms || quote_literal(substring(form FROM '[^.]+\.[^.]+$')) || part;
      END IF;
    END LOOP;
    FOREACH word IN ARRAY (regexp_split_to_array("left"(piece, 200) COLLATE pg_c_utf8, '[[:punct:]]+'))[:32] LOOP
      CONTINUE WHEN word = '';
      form := lower(word COLLATE pg_c_utf8);
      forms := forms || coalesce(quote_literal(nullif(app.folded(form), '')) || part, '') || app.stems_of(dictionaries, form, part);
    END LOOP;
    form := app.joined(whole);
    IF form IS NOT NULL THEN
      forms := forms || quote_literal(form) || other || app.stems_of(dictionaries, form, other);
    END IF;
  END IF;
  IF piece COLLATE pg_c_utf8 ~ '[[:lower:]][[:upper:]]|[[:upper:]][[:upper:]][[:lower:]]|[[:alpha:]][0-9]|[0-9][[:alpha:]]' THEN
    FOR form IN SELECT * FROM app.parts_of("left"(piece, 200)) LOOP
      word := app.folded(form);
      forms := forms || coalesce(quote_literal(nullif(word, '')) || part, '');
      IF length(word) > 2 AND word !~ '^[0-9]' THEN
        forms := forms || app.stems_of(dictionaries, form, part);
      END IF;
    END LOOP;
  END IF;
  IF NOT is_ascii AND piece ~ '[\uac00-\ud7a3][\uac00-\ud7a3][\uac00-\ud7a3]' THEN
    FOREACH form IN ARRAY app.pairs_of(substring(piece FROM '[\uac00-\ud7a3]+')) LOOP
      forms := forms || quote_literal(form) || part;
    END LOOP;
  END IF;
  RETURN forms;
END
$$;
REVOKE ALL ON FUNCTION app.forms_of(text, text, regdictionary[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.forms_of(text, text, regdictionary[]) TO parley_app, parley_system;
