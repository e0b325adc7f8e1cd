-- A passage of a text with what was looked for between U+0002 and U+0003, which are taken out of the text before: the whole of a short one; of the
-- first 20,000 characters of others, what stands around the first of `places`, patterns of which each is tried. A word is looked for by
-- any of its forms, and in part by its beginning; what is invisible does not matter. Null where nothing is marked.
CREATE OR REPLACE FUNCTION app.passage_of(content text, dictionaries regdictionary[], forms text[], beginning text, places text[]) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  -- As in app.pieces_of.
  invisible constant text := U&'\00AD\200B\200C\200D\2060\FEFF\200E\200F\FE0E\FE0F';
  dictionary regdictionary := dictionaries[1];
  is_unsure boolean := cardinality(dictionaries) > 1;
  head text := "left"(content, 20000);
  sought text;
  pattern text;
  place int := 0;
  is_end boolean;
  is_plain boolean;
  passage text;
BEGIN
  IF length(head) > 400 THEN
    sought := (CASE WHEN octet_length(head) = length(head) THEN head ELSE
      app.folded(lower(normalize(CASE WHEN head ~ ('[' || invisible || ']') THEN translate(head, invisible, '') ELSE head END, NFKC) COLLATE pg_c_utf8)) END) COLLATE pg_c_utf8;
    FOREACH pattern IN ARRAY places LOOP
      place := regexp_instr(sought, pattern, 1, 1, 0, 'i');
      EXIT WHEN place > 0;
    END LOOP;
    -- Of another length, where it has combining marks or the like: these are mostly all over a text.
    place := round(place::float8 * length(head) / greatest(1, length(sought)));
    is_end := greatest(1, place - 80) + 320 > length(head);
    head := substr(head, greatest(1, place - 80), 320);
    IF place > 81 THEN
      head := regexp_replace(head, '^\S{0,30}\s+', '');
    END IF;
    IF NOT is_end THEN
      head := rtrim(regexp_replace(head, '\s+\S{0,30}$', ''));
    END IF;
  END IF;
  head := translate(head, E'\x02\x03', '');
  is_plain := octet_length(head) = length(head);
  passage := (
    SELECT string_agg(CASE WHEN is_marked THEN E'\x02' || run || E'\x03' ELSE run END, '' ORDER BY number)
    FROM (
      SELECT number, run, CASE
        WHEN run !~ (CASE WHEN is_plain THEN '^[A-Za-z0-9]' ELSE '[^[:punct:][:space:][:cntrl:]]|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]' END) COLLATE pg_c_utf8 THEN false
        WHEN word = ANY (forms) OR app.folded(word) = ANY (forms) OR app.folded((ts_lexize(dictionary, word))[1]) = ANY (forms)
          OR is_unsure AND EXISTS (SELECT FROM unnest(dictionaries) d WHERE app.folded((ts_lexize(d, word))[1]) = ANY (forms))
          OR app.folded(word) LIKE beginning || '%' THEN true
        WHEN run ~ '[[:lower:]][[:upper:]]|[[:upper:]][[:upper:]][[:lower:]]|[[:alpha:]][0-9]|[0-9][[:alpha:]]' COLLATE pg_c_utf8 THEN EXISTS (
          SELECT FROM app.parts_of(run) part WHERE app.folded(part) = ANY (forms) OR app.folded((ts_lexize(dictionary, part))[1]) = ANY (forms))
        WHEN octet_length(run) = length(run) THEN false
        -- Of half-width Kana several are one run.
        WHEN word ~ ('^[' || app.unspaced() || ']') THEN word || next = ANY (forms) OR previous || word = ANY (forms)
          OR length(word) > 1 AND app.pairs_of(word) && forms
        WHEN run ~ '^[\uac00-\ud7a3]{3}' THEN app.pairs_of(word) && forms
        ELSE false END AS is_marked
      FROM (
        SELECT run, number, lower(CASE WHEN is_plain THEN run ELSE translate(normalize(run, NFKC), invisible, '') END COLLATE pg_c_utf8) COLLATE "C" AS word,
          lead(run) OVER (ORDER BY number) AS next, lag(run) OVER (ORDER BY number) AS previous
        FROM regexp_matches(head COLLATE pg_c_utf8, CASE WHEN is_plain THEN '[A-Za-z0-9]+|[^A-Za-z0-9]+' ELSE
          '[' || app.unspaced() || '][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]|[^[:punct:][:space:][:cntrl:]' || app.unspaced() || ']+|(?:(?![\u2600-\u27bf\u2b50\U0001f000-\U0001faff])[[:punct:][:space:][:cntrl:]])+' END, 'g') WITH ORDINALITY AS found (match, number)
        CROSS JOIN LATERAL (SELECT match[1] COLLATE "C" AS run) r) runs) marked);
  -- What is of one piece is marked as one.
  RETURN CASE WHEN strpos(passage, E'\x02') > 0 THEN regexp_replace(passage, E'\x03([-._/:@\\\\]?)\x02', '\1', 'g') END;
END
$$;
REVOKE ALL ON FUNCTION app.passage_of(text, regdictionary[], text[], text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.passage_of(text, regdictionary[], text[], text, text[]) TO parley_app, parley_system;
