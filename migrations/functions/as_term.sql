-- One word, as a tsquery that is not parsed any further.
CREATE OR REPLACE FUNCTION app.as_term(lexeme text) RETURNS tsquery
  LANGUAGE sql IMMUTABLE
  AS $$ SELECT ('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''')::tsquery $$;
REVOKE ALL ON FUNCTION app.as_term(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.as_term(text) TO parley_app, parley_system;
