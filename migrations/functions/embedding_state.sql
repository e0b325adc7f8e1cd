-- What is to be told of a user's embeddings: whether Parley made them by several models; how many texts have a vector of
-- another model than the one asked for; how many wait for one, and how many failed. Beyond `most` nobody counts.
CREATE OR REPLACE FUNCTION app.embedding_state(owner uuid, asked_model text, most int,
    OUT is_mixed boolean, OUT others int, OUT pending int, OUT failed int)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
BEGIN
  is_mixed := false;
  others := 0;
  IF asked_model IS NULL THEN
    -- Whose a vector is stands in the table alone: it is looked at only where the index has more than one model.
    IF (SELECT min(v.model) <> max(v.model) FROM chat_vectors v WHERE v.user_id = owner) THEN
      is_mixed := (SELECT coalesce(min(v.model) <> max(v.model), false) FROM chat_vectors v WHERE v.user_id = owner AND NOT v.client_provided);
    END IF;
  ELSE
    -- Two ranges, so that of a user with one model none is read.
    others := (SELECT count(*) FROM (
      (SELECT FROM chat_vectors v WHERE v.user_id = owner AND v.model < asked_model
        AND (v.message_id IS NOT NULL OR v.chunk_id IS NOT NULL) LIMIT most)
      UNION ALL
      (SELECT FROM chat_vectors v WHERE v.user_id = owner AND v.model > asked_model
        AND (v.message_id IS NOT NULL OR v.chunk_id IS NOT NULL) LIMIT most)) o);
  END IF;
  pending := (SELECT count(*) FROM (SELECT FROM embedding_jobs j WHERE j.user_id = owner AND j.failed_at IS NULL LIMIT most) j);
  failed := (SELECT count(*) FROM (SELECT FROM embedding_jobs j WHERE j.user_id = owner AND j.failed_at IS NOT NULL LIMIT most) j);
END
$$;
REVOKE ALL ON FUNCTION app.embedding_state(uuid, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.embedding_state(uuid, text, int) TO parley_app;
