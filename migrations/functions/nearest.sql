-- A user's nearest vectors by cosine, the nearest first, and whether all in the scope were compared to find them.
--
-- Of up to `exact_limit` vectors of a user, all in the scope are compared. Of more, those whose sketches are nearest, off an
-- index in which a user's sketches lie side by side; one without a sketch is always compared (docs/decisions/026-sketches.md).
-- What a filter says of messages, beyond their conversations, is asked of these first: the index does not know it.
--
-- `text_id` is a chunk's id, or a message's after its conversation's: `conversation/message` (docs/decisions/030-client-ids.md).
-- Parley's own vectors are halfvecs, those of clients are vectors: each is compared with the same kind, and none is cast in the scan.
CREATE OR REPLACE FUNCTION app.nearest(owner uuid, asked vector, asked_sketch bit, asked_model text, scope app.search_scope, wanted int,
    exact_limit int, most_compared int)
  RETURNS TABLE (id uuid, source text, text_id text, similarity float8, is_exact boolean)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  SET work_mem = '64MB' SET jit = 'off' SET max_parallel_workers_per_gather = '0'
  AS $$
#variable_conflict use_column
DECLARE
  is_large boolean := EXISTS (SELECT FROM chat_vectors v WHERE v.user_id = owner OFFSET exact_limit);
  asked_half halfvec := asked::halfvec;
  messages text[];
  compared uuid[];
BEGIN
  IF is_large THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
  END IF;
  IF 'message' = ANY (scope.sources)
    AND num_nonnulls(scope.roles, scope.created_after, scope.created_before, scope.metadata_path) > 0 THEN
    messages := ARRAY(
      SELECT m.conversation_id || '/' || m.id FROM messages m
      WHERE m.user_id = owner AND (scope.conversations IS NULL OR m.conversation_id = ANY (scope.conversations))
        AND m.deleted_at IS NULL AND (scope.roles IS NULL OR m.role = ANY (scope.roles))
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, m.created_at, m.metadata));
  END IF;
  IF NOT is_large AND messages IS NULL AND scope.conversations IS NULL AND scope.documents IS NULL THEN
    RETURN QUERY
    SELECT n.id, n.source, n.text_id, 1 - n.distance, true
    FROM (
      SELECT v.id, CASE WHEN v.message_id IS NOT NULL THEN 'message' WHEN v.chunk_id IS NOT NULL THEN 'document' END AS source,
        coalesce(v.conversation_id || '/' || v.message_id, v.chunk_id::text) AS text_id,
        coalesce(v.embedding <=> asked_half, v.client_embedding <=> asked) AS distance
      FROM chat_vectors v
      WHERE v.user_id = owner AND (asked_model IS NULL OR v.model = asked_model)
        AND (scope.sources IS NULL OR v.message_id IS NOT NULL AND 'message' = ANY (scope.sources)
          OR v.chunk_id IS NOT NULL AND 'document' = ANY (scope.sources))
        AND (v.document_id IS NULL OR v.document_id NOT IN (SELECT unnest(scope.hidden_documents)))
      ORDER BY distance, coalesce(v.conversation_id || '/' || v.message_id, v.chunk_id::text, v.id::text) LIMIT wanted) n;
    RETURN;
  END IF;
  compared := ARRAY(
    SELECT v.id FROM chat_vectors v
    WHERE v.user_id = owner AND (asked_model IS NULL OR v.model = asked_model)
      AND (scope.sources IS NULL
        OR v.message_id IS NOT NULL AND 'message' = ANY (scope.sources)
          AND (scope.conversations IS NULL OR v.conversation_id IN (SELECT unnest(scope.conversations)))
          AND (messages IS NULL OR v.conversation_id || '/' || v.message_id IN (SELECT unnest(messages)))
        OR v.chunk_id IS NOT NULL AND 'document' = ANY (scope.sources)
          AND (scope.documents IS NULL OR v.document_id IN (SELECT unnest(scope.documents))))
      AND (v.document_id IS NULL OR v.document_id NOT IN (SELECT unnest(scope.hidden_documents)))
    ORDER BY CASE WHEN is_large THEN v.sketch <~> asked_sketch END NULLS FIRST
    LIMIT CASE WHEN is_large THEN most_compared END);
  RETURN QUERY
  SELECT n.id, n.source, n.text_id, 1 - n.distance, NOT is_large OR cardinality(compared) < most_compared
  FROM (
    SELECT v.id, CASE WHEN v.message_id IS NOT NULL THEN 'message' WHEN v.chunk_id IS NOT NULL THEN 'document' END AS source,
      coalesce(v.conversation_id || '/' || v.message_id, v.chunk_id::text) AS text_id,
      coalesce(v.embedding <=> asked_half, v.client_embedding <=> asked) AS distance
    FROM chat_vectors v
    WHERE v.user_id = owner AND v.id = ANY (compared)
    ORDER BY distance, coalesce(v.conversation_id || '/' || v.message_id, v.chunk_id::text, v.id::text) LIMIT wanted) n;
END
$$;
REVOKE ALL ON FUNCTION app.nearest(uuid, vector, bit, text, app.search_scope, int, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.nearest(uuid, vector, bit, text, app.search_scope, int, int, int) TO parley_app;
