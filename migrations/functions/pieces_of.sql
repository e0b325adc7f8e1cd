-- What stands between spaces, quotes, brackets and commas, in order: a word, something made of several (a path, a URL, a version, an
-- address), a run of a script that puts no space between words, or an emoji. Without the punctuation around it, but for what belongs to
-- it: `.NET`, `#tag`, `@name`, `--flag`, `C++`. Compatibility forms are folded (NFKC). A phone number is a piece of its digits as well, with its
-- prefixes and without, and so is `1,250`, since people space numbers as they like. `is_simple`: a plain word of a to z.
CREATE OR REPLACE FUNCTION app.pieces_of(content text, OUT piece text, OUT place int, OUT is_simple boolean) RETURNS SETOF record
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET plan_cache_mode = 'force_generic_plan'
  AS $$
BEGIN
  content := replace(content, '\', '/');
  IF octet_length(content) <> length(content) THEN
    content := translate(normalize(content, NFKC),
      U&'\200B\200C\02BC\0966\0967\0968\0969\096A\096B\096C\096D\096E\096F\00AD\200D\2060\FEFF\200E\200F\FE0E\FE0F', ' -''0123456789');
    content := regexp_replace(content, '[' || app.unspaced() || ']+|[\u2600-\u27bf\u2b50\U0001f000-\U0001f3fa\U0001f400-\U0001faff]', ' \& ', 'g');
  END IF;
  RETURN QUERY
  SELECT found.piece, least(found.number, 16383)::int, found.is_simple FROM (
    SELECT number, s.is_simple, CASE WHEN s.is_simple THEN rtrim(raw, '.:!?')
      ELSE substring(rtrim(raw, '.:!?*_~`=&%/^-@$+') || CASE WHEN raw ~ '[[:alnum:]]\+\+[.:!?]*$' COLLATE pg_c_utf8 THEN '++' ELSE '' END
        FROM '(?:(?:--?(?=[[:alnum:]])|[.#@$](?=[[:alpha:]])))?[^[:punct:]].*$|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]') END AS piece
    FROM regexp_split_to_table(content COLLATE pg_c_utf8, '[[:space:][:cntrl:]"''’‘‚“”„«»‹›()\[\]{}<>,;|…。、！？「」『』【】《》·•—–।؟،]+')
      WITH ORDINALITY AS split (raw, number)
    CROSS JOIN LATERAL (SELECT raw COLLATE "C" ~ '^[A-Z]?[a-z]+[.:!?]?$' AND octet_length(raw) <= 40 AS is_simple OFFSET 0) s) found
  -- Marks alone are no word: folded, nothing is left of them.
  WHERE found.piece <> '' AND (found.is_simple OR found.piece !~ '^[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670\u093c]+$');
  IF content ~ '[0-9][ ()./,''’-]+[0-9]' THEN
    RETURN QUERY
    SELECT DISTINCT joined, 1, false FROM (
      SELECT unnest(CASE WHEN length(digits) < 10 THEN ARRAY[digits] ELSE ARRAY[digits, "right"(digits, 10), "right"(digits, 7)] END) AS joined
      FROM regexp_matches(content, '[0-9][0-9 ()./-]+[0-9]', 'g') AS found (match)
      CROSS JOIN LATERAL regexp_replace(match[1], '[^0-9]', '', 'g') digits
      WHERE length(digits) BETWEEN 7 AND 15 AND digits <> match[1] AND length(match[1]) <= 24
      UNION ALL
      SELECT regexp_replace(match[1], '[^0-9]', '', 'g')
      FROM regexp_matches(content, '(?<![0-9.,])([0-9]{1,3}(?:[,. ''’][0-9]{3})+)(?![0-9])', 'g') AS found (match)) numbers;
  END IF;
  IF content ~ '(?<![0-9])0[0-9]{9,12}(?![0-9])' THEN
    RETURN QUERY
    SELECT ltrim(match[1], '0'), 1, false FROM regexp_matches(content, '(?<![0-9])(0[0-9]{9,12})(?![0-9])', 'g') AS found (match);
  END IF;
END
$$;
REVOKE ALL ON FUNCTION app.pieces_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.pieces_of(text) TO parley_app, parley_system;
