-- The words of a chunk, and those of its title and headings, which have a weight of their own.
CREATE OR REPLACE FUNCTION app.words_of_chunk(language regconfig, context text, content text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (
    SELECT app.words_in(known, "left"(content, 60000)) || setweight(app.words_in(known, "left"(context, 60000)), 'D')
    FROM (
      SELECT CASE language WHEN 'simple'::regconfig THEN app.dictionaries_of(content) ELSE ARRAY[(language::text || '_stem')::regdictionary] END AS known OFFSET 0) l);
REVOKE ALL ON FUNCTION app.words_of_chunk(regconfig, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words_of_chunk(regconfig, text, text) TO parley_app, parley_system;
