-- Words that stand side by side, as they are but for case and accents; null where there is none.
CREATE OR REPLACE FUNCTION app.phrase_of(asked text) RETURNS tsquery
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$
    SELECT string_agg(CASE WHEN gap IS NULL THEN '' ELSE ' <' || gap || '> ' END || word, '' ORDER BY number)::tsquery
    FROM (
      SELECT row_number() OVER () AS number, place - lag(place) OVER (ORDER BY place, piece) AS gap,
        CASE WHEN piece ~ ('^[' || app.unspaced() || ']')
          THEN '(' || (SELECT string_agg(app.as_term(pair)::text || CASE WHEN cardinality(all_pairs) = 1 THEN ':*' ELSE '' END, ' & ')
            FROM app.pairs_of(piece) all_pairs CROSS JOIN LATERAL unnest(all_pairs) WITH ORDINALITY pairs (pair, part)
            WHERE part = 1 OR part < cardinality(all_pairs)) || ')'
          ELSE app.as_term(coalesce(nullif(app.folded(lower(piece COLLATE pg_c_utf8)), ''), piece))::text END AS word
      FROM app.pieces_of("left"(asked, 1000)) WITH ORDINALITY AS found (piece, place, is_simple, number)
      WHERE place > 1 OR number = 1 LIMIT 40) words
  $$;
REVOKE ALL ON FUNCTION app.phrase_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.phrase_of(text) TO parley_app, parley_system;
