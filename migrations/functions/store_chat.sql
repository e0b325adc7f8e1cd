-- Saves a whole chat: opens the conversation where it is missing, takes its lock, brings it to the list (`app.save_chat`), counts it up,
-- makes the last message its active leaf where some are new, gives it a title where it has none, and queues the texts to embed. One
-- function, since it keeps its plans (docs/decisions/028-kept-plans.md).
-- `states`: `version` and `createdAt` of each in which the conversation may be; null for any. `must_exist`: then it is not opened.
-- `saved`: of each message of the list its id there, its id here and what became of it. No row where there is no such conversation; one
-- without the rest where it is in none of the states.
CREATE OR REPLACE FUNCTION app.store_chat(owner uuid, conversation text, given jsonb, timeout_minutes int, states jsonb, must_exist boolean)
  RETURNS TABLE (is_new boolean, is_in_state boolean, version int, created_at timestamptz, saved jsonb)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  chat record;
  news int;
  branch int;
  leaf text;
  new_title text;
  is_written boolean;
  embedded text[];
  silent text[];
  reworded text[];
BEGIN
  is_new := false;
  -- Twice: another request may open it at this moment.
  FOR attempt IN 1..2 LOOP
    SELECT c.user_id, c.id, c.version, c.created_at, c.derived_title INTO chat FROM public.conversations c
    WHERE c.user_id = owner AND c.id = conversation AND c.deleted_at IS NULL FOR UPDATE;
    EXIT WHEN FOUND OR must_exist OR attempt = 2;
    INSERT INTO public.conversations AS c (user_id, id) VALUES (app.current_user_id(), conversation) ON CONFLICT DO NOTHING
    RETURNING c.user_id, c.id, c.version, c.created_at, c.derived_title INTO chat;
    is_new := FOUND;
    EXIT WHEN FOUND;
  END LOOP;
  IF chat.id IS NULL THEN
    RETURN;
  END IF;
  is_in_state := states IS NULL OR EXISTS (
    SELECT FROM jsonb_to_recordset(states) AS s (version int, "createdAt" timestamptz)
    WHERE s.version = chat.version AND s."createdAt" = chat.created_at);
  version := chat.version;
  created_at := chat.created_at;
  IF NOT is_in_state THEN
    RETURN NEXT;
    RETURN;
  END IF;

  SELECT jsonb_agg(jsonb_build_array(s.sent, s.stored, s.outcome) ORDER BY s.place), bool_or(s.outcome <> 'unchanged'),
    count(*) FILTER (WHERE s.outcome = 'created'), max(s.in_branch), (array_agg(s.stored ORDER BY s.place DESC))[1],
    array_agg(s.stored) FILTER (WHERE s.is_queued AND s.said_status = 'complete' AND app.says_something(s.said)),
    array_agg(s.stored) FILTER (WHERE s.is_queued AND s.outcome = 'updated'
      AND NOT (s.said_status = 'complete' AND app.says_something(s.said))),
    array_agg(s.stored) FILTER (WHERE s.is_new_text),
    CASE WHEN chat.derived_title IS NULL THEN app.shortened((array_agg(s.said ORDER BY s.place)
      FILTER (WHERE s.outcome = 'created' AND s.said_by = 'user' AND app.says_something(s.said)))[1]) END
  INTO saved, is_written, news, branch, leaf, embedded, silent, reworded, new_title
  FROM app.save_chat(chat.user_id, chat.id, given, timeout_minutes) s;
  IF NOT is_written THEN
    RETURN NEXT;
    RETURN;
  END IF;
  UPDATE public.conversations c
  SET last_seq = c.last_seq + news, message_count = c.message_count + news, last_branch = greatest(c.last_branch, branch),
    active_leaf_id = CASE WHEN news > 0 THEN leaf ELSE c.active_leaf_id END, derived_title = coalesce(c.derived_title, new_title),
    last_activity_at = CASE WHEN news > 0 THEN now() ELSE c.last_activity_at END, updated_at = now(), version = c.version + 1
  WHERE c.user_id = owner AND c.id = conversation RETURNING c.version INTO version;
  -- Jobs first, as everywhere. Statements of their own see a vector of the old text that was stored meanwhile.
  INSERT INTO public.embedding_jobs (user_id, conversation_id, message_id)
  SELECT chat.user_id, chat.id, m.id FROM unnest(embedded) AS m (id)
  ON CONFLICT (user_id, conversation_id, message_id)
    DO UPDATE SET claim_id = NULL, attempts = 0, run_at = now(), failed_at = NULL, last_error = NULL;
  IF silent IS NOT NULL THEN
    DELETE FROM public.embedding_jobs j WHERE j.user_id = owner AND j.conversation_id = conversation AND j.message_id = ANY (silent);
  END IF;
  IF reworded IS NOT NULL THEN
    DELETE FROM public.chat_vectors v WHERE v.user_id = owner AND v.conversation_id = conversation AND v.message_id = ANY (reworded);
  END IF;
  RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION app.store_chat(uuid, text, jsonb, int, jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.store_chat(uuid, text, jsonb, int, jsonb, boolean) TO parley_app;
