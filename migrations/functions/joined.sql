-- `Wi-Fi`, `e-mail` and `U.S.A.` as one word, without accents; null of what is not written so.
CREATE OR REPLACE FUNCTION app.joined(word text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
BEGIN
  IF word ~ '^[[:alpha:]]+(?:-[[:alpha:]]+)+$|^[[:alpha:]]{1,2}(?:\.[[:alpha:]]{1,2})+$' COLLATE pg_c_utf8 AND length(word) <= 60 THEN
    RETURN app.folded(translate(word, '-.', ''));
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.joined(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.joined(text) TO parley_app, parley_system;
