-- What a text is looked for by: its words, and their parts with less weight. A word is met by any of its forms: as it stands, without accents, or as a
-- stem of one of the languages of its script, since the texts may be in any; `query` has it as it stands first. `kind`: `word`; `stop`, which says little in the language of
-- what is asked; `part` of a word. Of a long text the 40 longest.
CREATE OR REPLACE FUNCTION app.query_words(asked text, goes_on boolean, OUT kind text, OUT weight float8, OUT forms text[], OUT query tsquery) RETURNS SETOF record
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' SET jit = 'off'
  AS $$
#variable_conflict use_column
DECLARE
  language text := app.language_of(asked);
  dictionary regdictionary := language || '_stem';
  dictionaries regdictionary[] := CASE
    WHEN language = 'russian' THEN '{russian_stem,serbian_stem}'
    WHEN language = 'hindi' THEN '{hindi_stem,nepali_stem}'
    WHEN language IN ('greek', 'arabic', 'armenian', 'tamil') THEN ARRAY[dictionary]
    WHEN asked ~ '[\u05d0-\u05ea]' THEN '{yiddish_stem}'
    ELSE '{english_stem,german_stem,french_stem,spanish_stem,portuguese_stem,italian_stem,dutch_stem,swedish_stem,danish_stem,norwegian_stem,finnish_stem,hungarian_stem,turkish_stem,romanian_stem,catalan_stem,basque_stem,irish_stem,lithuanian_stem,indonesian_stem,serbian_stem}' END;
  -- `war` is German as well: one such word does not make a language.
  is_sure boolean := language = 'english' OR cardinality(dictionaries) < 3 OR 1 < (
    SELECT count(*) FROM app.pieces_of("left"(asked, 600)) WHERE ts_lexize(dictionary, lower(piece COLLATE pg_c_utf8)) = '{}');
BEGIN
  RETURN QUERY
  WITH pieces AS MATERIALIZED (
    SELECT piece, row_number() OVER () AS number, piece ~ '[[:punct:]]' COLLATE pg_c_utf8 AS is_compound,
      piece ~ ('^[' || app.unspaced() || ']') AS is_unspaced
    FROM app.pieces_of("left"(asked, 8000)) LIMIT 400
  ), said AS (
    SELECT number, 'word' AS kind, 1 AS weight, lower(piece COLLATE pg_c_utf8) COLLATE "C" AS word, NOT is_compound AS is_plain,
      number = max(number) OVER () AND goes_on AS goes_on
    FROM pieces WHERE NOT is_unspaced
    UNION ALL
    SELECT number, 'part', 0.5, lower(run COLLATE pg_c_utf8) COLLATE "C", true, false
    FROM pieces CROSS JOIN LATERAL regexp_split_to_table(piece COLLATE pg_c_utf8, '[[:punct:]]+') run
    WHERE is_compound AND run <> ''
    UNION ALL
    SELECT number, 'part', 0.3, part, true, false
    FROM pieces CROSS JOIN LATERAL app.parts_of(piece) part
    UNION ALL
    SELECT number, CASE WHEN is_unspaced THEN 'word' ELSE 'part' END, CASE WHEN is_unspaced THEN 1 ELSE 0.3 END, pair COLLATE "C", false,
      cardinality(all_pairs) = 1
    FROM pieces CROSS JOIN LATERAL app.pairs_of(lower(piece COLLATE pg_c_utf8)) all_pairs
    CROSS JOIN LATERAL unnest(all_pairs) WITH ORDINALITY pairs (pair, place)
    WHERE (is_unspaced OR piece ~ '^[\uac00-\ud7a3]{3}') AND (place = 1 OR place < cardinality(all_pairs))
  ), words AS MATERIALIZED (
    -- More than are needed, since several may have the same forms.
    SELECT kind, max(weight) AS weight, word, is_plain, bool_or(goes_on) AS goes_on FROM said WHERE length(word) <= 200
    GROUP BY kind, word, is_plain ORDER BY kind = 'part', length(word) DESC, word LIMIT 80
  ), stems AS MATERIALIZED (
    -- A shorter stem of another language is mostly a word of its own: `for` of `fork`.
    SELECT DISTINCT w.word, s.form
    FROM (SELECT DISTINCT word FROM words WHERE is_plain) w CROSS JOIN unnest(dictionaries) d
    CROSS JOIN LATERAL (SELECT app.folded((ts_lexize(d, w.word))[1]) COLLATE "C" AS form OFFSET 0) s
    WHERE s.form <> app.folded(w.word) AND (length(s.form) > 3 OR d = dictionary)
  ), formed AS MATERIALIZED (
    SELECT CASE WHEN w.kind = 'word' AND is_sure AND is_plain AND ts_lexize(dictionary, word) = '{}' THEN 'stop' ELSE w.kind END AS kind, w.weight, w.goes_on, w.word,
      ARRAY(
        SELECT form FROM stems s WHERE w.is_plain AND s.word = w.word
        UNION SELECT word UNION SELECT app.folded(word)
        UNION SELECT rtrim(regexp_replace(word, '^(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?', ''), '/') WHERE word ~ '[/@]' ORDER BY 1) AS forms
    FROM words w
  )
  SELECT f.kind, max(f.weight)::float8, f.forms,
    (SELECT string_agg('''' || replace(replace(form, '\', '\\'), '''', '''''') || '''' || CASE WHEN bool_or(f.goes_on) AND form = app.folded(min(f.word)) THEN ':*' ELSE '' END, ' | '
      ORDER BY form <> min(f.word), form) FROM unnest(f.forms) form)::tsquery
  FROM formed f GROUP BY f.kind, f.forms ORDER BY f.kind = 'part', max(length(f.word)) DESC, f.forms LIMIT 40;
END
$$;
REVOKE ALL ON FUNCTION app.query_words(text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.query_words(text, boolean) TO parley_app, parley_system;
