-- Before a conversation is written: the words of its title, for the keyword search.
CREATE OR REPLACE FUNCTION app.index_title() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  NEW.title_words := app.words_of('simple', NEW.title);
  NEW.words_version := 1;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION app.index_title() FROM PUBLIC;
