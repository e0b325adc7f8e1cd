-- The parts of `camelCase`, `HTTPServer` and `v2`, and the letters of `iPhone15` as one; in lower case; none of a word that is one part.
CREATE OR REPLACE FUNCTION app.parts_of(word text) RETURNS SETOF text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$
    SELECT lower(part[1] COLLATE pg_c_utf8) COLLATE "C"
    FROM (
      SELECT * FROM regexp_matches(word COLLATE pg_c_utf8, '[[:upper:]]+(?![[:lower:]])|[[:upper:]]?[[:lower:]]+|[0-9]+', 'g') part
      UNION
      SELECT * FROM regexp_matches(word COLLATE pg_c_utf8, '[[:alpha:]]{2,}', 'g') part
      WHERE word COLLATE pg_c_utf8 ~ '[[:alpha:]][0-9]|[0-9][[:alpha:]]') parts
    WHERE word COLLATE pg_c_utf8 ~ '[[:lower:]][[:upper:]]|[[:upper:]][[:upper:]][[:lower:]]|[[:alpha:]][0-9]|[0-9][[:alpha:]]'
  $$;
REVOKE ALL ON FUNCTION app.parts_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.parts_of(text) TO parley_app, parley_system;
