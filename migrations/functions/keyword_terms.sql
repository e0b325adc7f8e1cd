-- What is asked for, as tsqueries of which a text must meet one, the more the better. Strict: one, as `websearch_to_tsquery`
-- reads it; of more than 100 words and operators, the 35 longest words and 10 that must not be there, as if each was asked for
-- alone. Relaxed: each word by itself, the 50 longest. Prefix: the last word may go on. Read as `messages.search` reads
-- texts.
CREATE OR REPLACE FUNCTION app.keyword_terms(language regconfig, asked text, relaxed boolean, prefix boolean) RETURNS tsquery[]
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  -- A minus stands before a word or a phrase, and alone: `--all` and `a - b` mean no less than they say.
  words text := regexp_replace(regexp_replace(translate(lower(asked), '<', ' '), '-{2,}', ' ', 'g'),
    '-(?![[:alnum:]"])', ' ', 'g');
  last_word text := CASE WHEN prefix THEN substring(words FROM '(?:^|\s)([[:alnum:]]+)$') END;
  beginning tsquery := CASE WHEN last_word IS NOT NULL THEN to_tsquery(language, last_word || ':*') END;
  terms tsquery[];
  whole text;
BEGIN
  IF relaxed THEN
    SELECT array_agg(app.as_term(lexeme)) || array_remove(ARRAY[beginning], NULL) INTO terms
    FROM (SELECT lexeme FROM unnest(to_tsvector(language, left(words, length(words) - coalesce(length(last_word), 0))))
      ORDER BY length(lexeme) DESC, lexeme LIMIT 50) longest;
  ELSE
    terms := ARRAY[websearch_to_tsquery(language, words)];
    -- Each text is held against all of them, and what a phrase asks of words that it repeats grows with the square of their number.
    IF numnode(terms[1]) > 100 THEN
      whole := terms[1]::text;
      terms := ARRAY[(
        SELECT string_agg(term, CASE WHEN whole LIKE '% | %' THEN ' | ' ELSE ' & ' END) FROM (
          (SELECT DISTINCT word[1] AS term, length(word[1]) FROM regexp_matches(querytree(terms[1]), '(''(?:[^'']|'''')+'')', 'g') word
            ORDER BY 2 DESC, 1 LIMIT 35)
          UNION ALL
          (SELECT DISTINCT word[1], 0 FROM regexp_matches(whole, '(!''(?:[^'']|'''')+'')', 'g') word
            WHERE whole NOT LIKE '% | %' ORDER BY 1 LIMIT 10)) words)::tsquery];
    END IF;
    -- What ends in a word ends in that one, wherever it stands.
    IF numnode(beginning) > 0 AND terms[1]::text LIKE '%''' THEN
      terms := ARRAY[(terms[1]::text || ':*')::tsquery];
    END IF;
  END IF;
  RETURN ARRAY(SELECT term FROM unnest(terms) term WHERE numnode(term) > 0);
END
$$;
REVOKE ALL ON FUNCTION app.keyword_terms(regconfig, text, boolean, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keyword_terms(regconfig, text, boolean, boolean) TO parley_app, parley_system;
