-- The words of a chunk, and those of its title and headings, which have a weight of their own.
CREATE OR REPLACE FUNCTION app.words_of_chunk(language regconfig, context text, content text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (
    SELECT app.words_of(known, content) || setweight(app.words_of(known, context), 'D')
    FROM (SELECT CASE language WHEN 'simple'::regconfig THEN app.language_of(content)::regconfig ELSE language END AS known OFFSET 0) l);
REVOKE ALL ON FUNCTION app.words_of_chunk(regconfig, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_of_chunk(regconfig, text, text) TO parley_app, parley_system;
