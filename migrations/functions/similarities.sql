-- How similar these texts are, messages or chunks: those that have a vector.
CREATE OR REPLACE FUNCTION app.similarities(owner uuid, asked vector, asked_model text, texts uuid[]) RETURNS TABLE (id uuid, similarity float8)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT v.message_id, 1 - (v.embedding <=> asked) FROM chat_vectors v
  WHERE v.user_id = owner AND v.message_id = ANY (texts) AND (asked_model IS NULL OR v.model = asked_model)
  UNION ALL
  SELECT v.chunk_id, 1 - (v.embedding <=> asked) FROM chat_vectors v
  WHERE v.user_id = owner AND v.chunk_id = ANY (texts) AND (asked_model IS NULL OR v.model = asked_model);
END
$$;
REVOKE ALL ON FUNCTION app.similarities(uuid, vector, text, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.similarities(uuid, vector, text, uuid[]) TO parley_app;
