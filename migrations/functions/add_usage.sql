-- Adds to what a user has, in a row that no other transaction holds. Where the user then has more of something that has become
-- more than `app.quotas` says, PY005 names it. What others add at this moment is not seen: so many transactions at once, so far
-- beyond the limit.
CREATE OR REPLACE FUNCTION app.add_usage(owner uuid, more_conversations bigint, more_messages bigint, more_documents bigint,
    more_bytes bigint) RETURNS void
  LANGUAGE plpgsql
  AS $$
DECLARE
  quotas jsonb := nullif(current_setting('app.quotas', true), '')::jsonb;
  free uuid;
  exceeded text;
BEGIN
  IF more_conversations = 0 AND more_messages = 0 AND more_documents = 0 AND more_bytes = 0 THEN
    RETURN;
  END IF;
  -- A statement of its own: within the other one it would be up to the plan how often it runs.
  SELECT shard INTO free FROM public.usage WHERE user_id = owner ORDER BY shard LIMIT 1 FOR UPDATE SKIP LOCKED;
  UPDATE public.usage u
  SET conversations = u.conversations + more_conversations, messages = u.messages + more_messages,
    documents = u.documents + more_documents, stored_bytes = u.stored_bytes + more_bytes
  WHERE u.user_id = owner AND u.shard = free;
  IF free IS NULL THEN
    BEGIN
      INSERT INTO public.usage (user_id, conversations, messages, documents, stored_bytes)
      VALUES (owner, more_conversations, more_messages, more_documents, more_bytes);
    EXCEPTION WHEN foreign_key_violation THEN
      -- The user is being deleted, with all that is counted.
      RETURN;
    END;
  END IF;
  SELECT q.name INTO exceeded
  FROM (SELECT sum(conversations) AS conversations, sum(messages) AS messages, sum(documents) AS documents,
      sum(stored_bytes) AS stored_bytes FROM public.usage WHERE user_id = owner) has
  CROSS JOIN LATERAL (VALUES
    ('conversations', more_conversations, has.conversations), ('messages', more_messages, has.messages),
    ('documents', more_documents, has.documents), ('storedBytes', more_bytes, has.stored_bytes)) AS q (name, more, used)
  WHERE q.more > 0 AND q.used > (quotas ->> q.name)::bigint LIMIT 1;
  IF exceeded IS NOT NULL THEN
    RAISE EXCEPTION 'quota exceeded' USING ERRCODE = 'PY005', CONSTRAINT = exceeded;
  END IF;
END
$$;
REVOKE ALL ON FUNCTION app.add_usage(uuid, bigint, bigint, bigint, bigint) FROM PUBLIC;
