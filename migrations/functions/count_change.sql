-- The bytes by which a row has grown or shrunk.
CREATE OR REPLACE FUNCTION app.count_change() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF TG_ARGV[0] = 'conversation' THEN
    PERFORM app.add_usage(NEW.user_id, 0, 0, 0, octet_length(concat(NEW.title, NEW.system_prompt, NEW.metadata))
      - octet_length(concat(OLD.title, OLD.system_prompt, OLD.metadata)));
  ELSIF TG_ARGV[0] = 'message' THEN
    PERFORM app.add_usage(NEW.user_id, 0, 0, 0,
      octet_length(concat(NEW.content, NEW.parts, NEW.attachments, NEW.reasoning, NEW.usage, NEW.metadata))
      - octet_length(concat(OLD.content, OLD.parts, OLD.attachments, OLD.reasoning, OLD.usage, OLD.metadata)));
  ELSIF TG_ARGV[0] = 'document' THEN
    PERFORM app.add_usage(NEW.user_id, 0, 0, 0, octet_length(concat(NEW.title, NEW.content, NEW.metadata))
      - octet_length(concat(OLD.title, OLD.content, OLD.metadata)));
  ELSE
    PERFORM app.add_usage(NEW.user_id, 0, 0, 0,
      CASE WHEN NEW.client_provided THEN octet_length(concat(NEW.content, NEW.metadata)) + pg_column_size(NEW.client_embedding) ELSE 0 END
      - CASE WHEN OLD.client_provided THEN octet_length(concat(OLD.content, OLD.metadata)) + pg_column_size(OLD.client_embedding) ELSE 0 END);
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.count_change() FROM PUBLIC;
