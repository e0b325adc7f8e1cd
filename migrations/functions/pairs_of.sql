-- The pairs of neighbouring characters of a run, each with the marks that belong to it, and the last one alone.
CREATE OR REPLACE FUNCTION app.pairs_of(run text) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (
    SELECT array_agg((character || coalesce(next, '')) COLLATE "C")
    FROM (
      SELECT match[1] AS character, lead(match[1]) OVER (ORDER BY number) AS next
      FROM regexp_matches(run, '.[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*', 'g')
        WITH ORDINALITY AS found (match, number)) pairs);
REVOKE ALL ON FUNCTION app.pairs_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.pairs_of(text) TO parley_app, parley_system;
