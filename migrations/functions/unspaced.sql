-- The scripts that put no space between words (Thai, Lao, Burmese, Khmer, Kana, Han), as a range of a regular expression.
CREATE OR REPLACE FUNCTION app.unspaced() RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN '\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff';
REVOKE ALL ON FUNCTION app.unspaced() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.unspaced() TO parley_app, parley_system;
