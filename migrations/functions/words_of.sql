-- The words of a text, of its first 60,000 characters: a tsvector holds 1 MiB of words, and some texts give more than they are.
-- Postgres' parser takes what stands in `<…>` for no words, and all of a `<script>`: code is text here, too. In lower case first,
-- since a word that grows by it is too long for Postgres 17.5.
CREATE OR REPLACE FUNCTION app.words_of(language regconfig, content text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN to_tsvector(language, translate(lower("left"(content, 60000)), '<', ' '));
REVOKE ALL ON FUNCTION app.words_of(regconfig, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_of(regconfig, text) TO parley_app, parley_system;
