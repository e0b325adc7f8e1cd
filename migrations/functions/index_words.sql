-- Before a row is written: the words of its text, for the keyword search. Of what a request writes in one transaction, as much is read at once as takes
-- some 30 ms: 40 short texts, or 60,000 letters of plain English, and less of text with digits, signs or other scripts, of which each takes as long as a dozen letters;
-- the rest waits (null) and is read in the background, in small transactions (docs/decisions/037-words-that-wait.md).
CREATE OR REPLACE FUNCTION app.index_words() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
DECLARE
  most CONSTANT int := 16000;
  work int := coalesce(nullif(current_setting('app.words_read', true), '')::int, 0) + 400 + least(octet_length(NEW.content), 240000) / 4;
BEGIN
  IF work <= most THEN
    work := work + 3 * length(regexp_replace("left"(NEW.content, 60000), '[A-Za-z ]+', '', 'g'));
  END IF;
  IF work > most AND current_user = 'parley_app' THEN
    NEW.search := NULL;
  ELSE
    PERFORM set_config('app.words_read', work::text, true);
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
