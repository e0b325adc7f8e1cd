-- What a text is looked for by: its words, and their parts with less weight. A word is met by any of its forms: as it stands, without accents, or as a
-- stem of one of the languages of its script, since the texts may be in any; `query` has it as it stands first. `kind`: `word`; `stop`, which says little in the language of
-- what is asked; `part` of a word. Of a long text the 40 longest.
CREATE OR REPLACE FUNCTION app.query_words(asked text, goes_on boolean, OUT kind text, OUT weight float8, OUT forms text[], OUT query tsquery) RETURNS SETOF record
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' SET enable_hashagg = 'off' SET jit = 'off'
  AS $$
#variable_conflict use_column
DECLARE
  dictionary regdictionary := (app.dictionaries_of(asked))[1];
  language text := left(dictionary::text, -5);
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
    SELECT piece, place, row_number() OVER () AS number, piece ~ '[[:punct:]]' COLLATE pg_c_utf8 AS is_compound,
      piece ~ ('^[' || app.unspaced() || ']') AS is_unspaced
    FROM app.pieces_of("left"(asked, 8000)) LIMIT 400
  ), said AS (
    SELECT number, 'word' AS kind, 1 AS weight, lower(piece COLLATE pg_c_utf8) COLLATE "C" AS word, NOT is_compound AS is_plain,
      place = max(place) OVER () AND goes_on AS goes_on
    FROM pieces WHERE NOT is_unspaced
    UNION ALL
    -- A part says as much of its word as it makes up.
    SELECT number, 'part', length(run)::float8 / length(piece), lower(run COLLATE pg_c_utf8) COLLATE "C", true, false
    FROM pieces CROSS JOIN LATERAL regexp_split_to_table(piece COLLATE pg_c_utf8, '[[:punct:]]+') run
    WHERE is_compound AND run <> ''
    UNION ALL
    SELECT number, 'part', 0.6 * length(part) / length(piece), part, true, false
    FROM pieces CROSS JOIN LATERAL app.parts_of(piece) part
    UNION ALL
    SELECT number, CASE WHEN is_unspaced THEN 'word' ELSE 'part' END, CASE WHEN is_unspaced THEN 1 ELSE 0.3 END, pair COLLATE "C", false,
      cardinality(all_pairs) = 1
    FROM pieces CROSS JOIN LATERAL app.pairs_of(lower(piece COLLATE pg_c_utf8)) all_pairs
    CROSS JOIN LATERAL unnest(all_pairs) WITH ORDINALITY pairs (pair, nth)
    WHERE (is_unspaced OR piece ~ '^[\uac00-\ud7a3]{3}') AND (nth = 1 OR nth < cardinality(all_pairs))
  ), words AS MATERIALIZED (
    -- More than are needed, since several may have the same forms.
    SELECT kind, max(weight) AS weight, word, is_plain, bool_or(goes_on) AS goes_on FROM said WHERE length(word) <= 200
    GROUP BY kind, word, is_plain ORDER BY kind = 'part', length(word) DESC, word LIMIT 80
  ), stems AS MATERIALIZED (
    SELECT DISTINCT w.word, s.form
    FROM (SELECT DISTINCT word FROM words WHERE is_plain) w CROSS JOIN unnest(dictionaries) d
    CROSS JOIN LATERAL (SELECT app.folded((ts_lexize(d, w.word))[1]) COLLATE "C" AS stem OFFSET 0) l
    -- What app.stem_of does, without a call for each of some hundred stems.
    CROSS JOIN LATERAL (SELECT CASE WHEN length(stem) > 3 OR d = 'english_stem'::regdictionary THEN stem ELSE stem || '~' END AS form OFFSET 0) s
    WHERE s.form <> app.folded(w.word)
  ), formed AS MATERIALIZED (
    SELECT CASE WHEN w.kind = 'word' AND is_sure AND is_plain AND ts_lexize(dictionary, word) = '{}' THEN 'stop' ELSE w.kind END AS kind, w.weight, w.goes_on, w.word,
      ARRAY(
        SELECT form FROM stems s WHERE w.is_plain AND s.word = w.word
        UNION SELECT word UNION SELECT app.folded(word)
        UNION SELECT unnest(ARRAY[one, app.stem_of(dictionary, one)]) FROM app.joined(word) one WHERE NOT w.is_plain AND one IS NOT NULL
        -- `ue` of who has no `ü` at hand.
        UNION SELECT regexp_replace(word, '([aou])e(?![aeiouwy])', '\1', 'g') WHERE word ~ '^[a-z]*[aou]e[b-df-hj-np-tvxz]'
        UNION SELECT rtrim(regexp_replace(word, '^(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?', ''), '/') WHERE word ~ '[/@]' ORDER BY 1) AS forms
    FROM words w
    WHERE w.kind = 'word' OR NOT (is_sure AND is_plain AND ts_lexize(dictionary, word) IS NOT DISTINCT FROM '{}')
  )
  SELECT f.kind, max(f.weight)::float8, f.forms,
    (SELECT string_agg('''' || replace(replace(form, '\', '\\'), '''', '''''') || '''' || CASE WHEN bool_or(f.goes_on) AND form = app.folded(min(f.word)) THEN ':*' ELSE '' END, ' | '
      ORDER BY form <> min(f.word), form) FROM unnest(f.forms) form WHERE form <> '')::tsquery
  FROM formed f GROUP BY f.kind, f.forms ORDER BY f.kind = 'part', max(length(f.word)) DESC, f.forms LIMIT 40;
END
$$;
REVOKE ALL ON FUNCTION app.query_words(text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.query_words(text, boolean) TO parley_app, parley_system;
