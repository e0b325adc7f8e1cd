-- How similar these texts are, messages or chunks by their `text_id` (see app.nearest): those that have a vector. The ids are
-- taken apart first (OFFSET 0): row-level security keeps split_part, which might tell what it sees, out of an index's condition.
CREATE OR REPLACE FUNCTION app.similarities(owner uuid, asked vector, asked_model text, texts text[])
  RETURNS TABLE (id text, similarity float8)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
#variable_conflict use_column
DECLARE
  asked_half halfvec := asked::halfvec;
BEGIN
  RETURN QUERY
  SELECT t.id, n.similarity
  FROM (
    SELECT id, split_part(id, '/', 1) AS conversation_id, split_part(id, '/', 2) AS message_id
    FROM unnest(texts) AS text (id) WHERE id LIKE '%/%' OFFSET 0) t
  CROSS JOIN LATERAL (
    SELECT 1 - coalesce(v.embedding <=> asked_half, v.client_embedding <=> asked) AS similarity FROM chat_vectors v
    WHERE v.user_id = owner AND v.conversation_id = t.conversation_id AND v.message_id = t.message_id
      AND (asked_model IS NULL OR v.model = asked_model) LIMIT 1) n
  UNION ALL
  SELECT t.id, n.similarity
  FROM (SELECT id, id::uuid AS chunk_id FROM unnest(texts) AS text (id) WHERE id NOT LIKE '%/%' OFFSET 0) t
  CROSS JOIN LATERAL (
    SELECT 1 - coalesce(v.embedding <=> asked_half, v.client_embedding <=> asked) AS similarity FROM chat_vectors v
    WHERE v.user_id = owner AND v.chunk_id = t.chunk_id
      AND (asked_model IS NULL OR v.model = asked_model) LIMIT 1) n;
END
$$;
REVOKE ALL ON FUNCTION app.similarities(uuid, vector, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.similarities(uuid, vector, text, text[]) TO parley_app;
