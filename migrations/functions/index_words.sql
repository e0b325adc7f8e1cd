-- Before a row is written: the words of its text, for the keyword search. Of what a request writes in one transaction, 64 KiB are read at once;
-- the rest waits (null) and is read in the background, in small transactions (docs/decisions/037-words-that-wait.md).
CREATE OR REPLACE FUNCTION app.index_words() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
DECLARE
  bytes int := coalesce(nullif(current_setting('app.words_read', true), '')::int, 0) + least(octet_length(NEW.content), 240000);
BEGIN
  IF bytes > 65536 AND current_user = 'parley_app' THEN
    NEW.search := NULL;
  ELSE
    PERFORM set_config('app.words_read', bytes::text, true);
    NEW.words_version := 1;
    IF TG_TABLE_NAME = 'document_chunks' THEN
      NEW.search := app.words_of_chunk(NEW.language, NEW.context, NEW.content);
    ELSE
      NEW.search := app.words_of('simple', NEW.content);
    END IF;
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION app.index_words() FROM PUBLIC;
