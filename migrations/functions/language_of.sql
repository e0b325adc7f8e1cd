-- The likeliest language of a text, as Postgres' stemmers are called; English where nothing tells.
CREATE OR REPLACE FUNCTION app.language_of(content text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN left((app.dictionaries_of(content))[1]::text, -5);
REVOKE ALL ON FUNCTION app.language_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.language_of(text) TO parley_app, parley_system;
