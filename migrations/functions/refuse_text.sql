-- Scheduled work wipes the texts of deleted messages, indexes words and settles what was left unfinished; it writes no text. Policies that
-- let it do one thing let it do the others: they are alternatives, and none sees the row as it was.
CREATE OR REPLACE FUNCTION app.refuse_text() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  RAISE EXCEPTION 'parley_system may wipe the text of a deleted message, and write none' USING ERRCODE = 'insufficient_privilege';
END
$$;
REVOKE ALL ON FUNCTION app.refuse_text() FROM PUBLIC;
