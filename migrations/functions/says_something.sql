-- Whether a text says anything: white space, as JavaScript's `\s` knows it, says nothing. That of Postgres depends on the
-- database's locale: some take a no-break space for a letter.
CREATE OR REPLACE FUNCTION app.says_something(content text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN content ~ '[^\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]';
REVOKE ALL ON FUNCTION app.says_something(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.says_something(text) TO parley_app, parley_system;
