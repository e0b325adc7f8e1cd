-- After a save has left what it has written in `app.written_messages`: a job for each message that is embedded, none for others, and no
-- vector of an old text. Jobs first, as everywhere. Statements of their own see a vector of the old text that was stored meanwhile.
CREATE OR REPLACE FUNCTION app.requeue_written(owner uuid, conversation text) RETURNS void
  LANGUAGE plpgsql SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  written constant jsonb := nullif(current_setting('app.written_messages', true), '')::jsonb;
BEGIN
  IF coalesce(written, '[]') = '[]' THEN
    RETURN;
  END IF;
  INSERT INTO public.embedding_jobs (user_id, conversation_id, message_id)
  SELECT c.user_id, c.id, w.id FROM public.conversations c, jsonb_to_recordset(written) AS w (id text, embeds boolean)
  WHERE c.user_id = owner AND c.id = conversation AND w.embeds
  ON CONFLICT (user_id, conversation_id, message_id)
    DO UPDATE SET claim_id = NULL, attempts = 0, run_at = now(), failed_at = NULL, last_error = NULL;
  DELETE FROM public.embedding_jobs j WHERE j.user_id = owner AND j.conversation_id = conversation
    AND j.message_id IN (SELECT w.id FROM jsonb_to_recordset(written) AS w (id text, embeds boolean) WHERE NOT w.embeds);
  DELETE FROM public.chat_vectors v WHERE v.user_id = owner AND v.conversation_id = conversation
    AND v.message_id IN (SELECT w.id FROM jsonb_to_recordset(written) AS w (id text, "isNewText" boolean) WHERE w."isNewText");
END
$$;
REVOKE ALL ON FUNCTION app.requeue_written(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.requeue_written(uuid, text) TO parley_app;
