-- What was purged is gone from the kept answers of requests with an Idempotency-Key, too, in the same transaction. An emptied answer
-- stays, so that a repeated request does not write the text again. As a trigger with its argument: 'message' after messages were
-- deleted, 'wiped' after one has lost its text or can no longer be restored, else after conversations or documents were deleted, or one became due at once.
CREATE OR REPLACE FUNCTION app.forget_answers() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
DECLARE
  emptied CONSTANT jsonb := '{"by": "", "rows": []}';
  kind CONSTANT text := CASE TG_ARGV[0] WHEN 'document' THEN 'document ' ELSE '' END;
  owners uuid[];
  resources text[];
  moment timestamptz;
BEGIN
  IF TG_ARGV[0] = 'wiped' THEN
    -- What a message shows was kept at its own moment; what a copy shows, at that of the fork.
    SELECT greatest(NEW.created_at, c.created_at) INTO moment
    FROM public.conversations c WHERE c.user_id = NEW.user_id AND c.id = NEW.conversation_id;
    UPDATE public.idempotency_keys SET response_rows = emptied
    WHERE user_id = NEW.user_id AND resource = NEW.conversation_id AND created_at = moment AND response_rows IS NOT NULL;
    UPDATE public.idempotency_keys SET response_rows = emptied
    WHERE user_id = NEW.user_id AND resource = NEW.conversation_id || '/' || NEW.id AND response_rows IS NOT NULL;
    UPDATE public.idempotency_keys SET response_rows = emptied
    WHERE user_id = NEW.user_id AND resource IS NULL AND response_rows IS NOT NULL
      AND (created_at = moment OR response_rows #>> '{rows,0,messageId}' = NEW.id)
      AND coalesce(response_rows #>> '{rows,0,conversationId}', response_rows #>> '{rows,0,id}') = NEW.conversation_id;
    RETURN NULL;
  END IF;
  IF TG_LEVEL = 'ROW' THEN
    owners := ARRAY[NEW.user_id];
    resources := ARRAY[NEW.id::text];
  ELSIF TG_ARGV[0] = 'message' THEN
    SELECT array_agg(t.user_id), array_agg(t.conversation_id) INTO owners, resources
    FROM (SELECT DISTINCT user_id, conversation_id::text FROM touched) t;
  ELSE
    SELECT array_agg(t.user_id), array_agg(t.id::text) INTO owners, resources FROM touched t;
  END IF;
  UPDATE public.idempotency_keys k SET response_rows = emptied
  FROM unnest(owners, resources) AS t (user_id, id)
  WHERE k.user_id = t.user_id AND k.resource = kind || t.id AND k.response_rows IS NOT NULL;
  -- From '/' to '0': all that begins with the id and a slash.
  UPDATE public.idempotency_keys k SET response_rows = emptied
  FROM unnest(owners, resources) AS t (user_id, id)
  WHERE kind = '' AND k.user_id = t.user_id AND k.resource > t.id || '/' AND k.resource < t.id || '0' AND k.response_rows IS NOT NULL;
  -- What the release before has kept, for the day that it lives.
  UPDATE public.idempotency_keys k SET response_rows = emptied
  FROM unnest(owners, resources) AS t (user_id, id)
  WHERE k.user_id = t.user_id AND k.resource IS NULL AND k.response_rows IS NOT NULL
    AND coalesce(k.response_rows #>> '{rows,0,conversationId}', k.response_rows #>> '{rows,0,id}') = t.id;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.forget_answers() FROM PUBLIC;
