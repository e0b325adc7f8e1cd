CREATE OR REPLACE FUNCTION app.current_actor() RETURNS text
  LANGUAGE sql STABLE
  AS $$ SELECT CASE session_user WHEN 'parley_app' THEN 'user' WHEN 'parley_system' THEN 'system' ELSE 'operator' END $$;
REVOKE ALL ON FUNCTION app.current_actor() FROM PUBLIC;
