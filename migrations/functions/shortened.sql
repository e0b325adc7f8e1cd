-- The beginning of a text, in one line of at most 80 characters; at the end of a word, unless that costs half of it. What a conversation is
-- called as long as nobody names it. White space as in `app.says_something`.
CREATE OR REPLACE FUNCTION app.shortened(content text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  white constant text := '[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+';
  line constant text := btrim(regexp_replace("left"(regexp_replace(content, '^' || white, ''), 640), white, ' ', 'g'));
BEGIN
  RETURN CASE WHEN length(line) <= 80 THEN line
    ELSE rtrim(regexp_replace("left"(line, 79), '^(.{41,}) [^ ]*$', '\1')) || '…' END;
END
$$;
REVOKE ALL ON FUNCTION app.shortened(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.shortened(text) TO parley_app;
