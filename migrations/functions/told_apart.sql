-- When these texts, messages or chunks by their `text_id` (see app.nearest), were made, and a digest of what they say, by which equal ones are
-- known. Those that are gone are left out, and those that don't meet the conditions of what is `asked` (null for none). Ids are taken apart first, as in app.similarities.
CREATE OR REPLACE FUNCTION app.told_apart(owner uuid, texts text[], asked jsonb) RETURNS TABLE (id text, created_at timestamptz, digest bigint)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
#variable_conflict use_column
DECLARE
  required tsquery;
  excluded tsquery;
BEGIN
  SELECT c.required, c.excluded INTO required, excluded FROM app.query_conditions(asked) c;
  RETURN QUERY
  -- Each by its key: a join could be planned as a look at all that the user has.
  SELECT t.id, m.created_at, m.digest
  FROM (
    SELECT id, split_part(id, '/', 1) AS conversation_id, split_part(id, '/', 2) AS message_id
    FROM unnest(texts) AS text (id) WHERE id LIKE '%/%' OFFSET 0) t
  CROSS JOIN LATERAL (
    SELECT m.created_at, hashtextextended("left"(m.content, 20000), octet_length(m.content)) AS digest FROM messages m
    WHERE m.user_id = owner AND m.conversation_id = t.conversation_id AND m.id = t.message_id AND m.deleted_at IS NULL
      AND (num_nonnulls(required, excluded) = 0 OR (
        SELECT (required IS NULL OR (m.search || coalesce(c.title_words, '')) @@ required)
          AND (excluded IS NULL OR NOT (m.search || coalesce(c.title_words, '')) @@ excluded)
        FROM conversations c WHERE c.user_id = owner AND c.id = t.conversation_id)) OFFSET 0) m
  UNION ALL
  SELECT t.id, k.created_at, k.digest
  FROM (SELECT id, id::uuid AS chunk_id FROM unnest(texts) AS text (id) WHERE id NOT LIKE '%/%' OFFSET 0) t
  CROSS JOIN LATERAL (
    SELECT d.created_at, hashtextextended("left"(k.content, 20000), octet_length(k.content)) AS digest
    FROM document_chunks k JOIN documents d ON d.user_id = owner AND d.id = k.document_id AND d.deleted_at IS NULL
    WHERE k.user_id = owner AND k.id = t.chunk_id
      AND (required IS NULL OR k.search @@ required) AND (excluded IS NULL OR NOT k.search @@ excluded) OFFSET 0) k;
END
$$;
REVOKE ALL ON FUNCTION app.told_apart(uuid, text[], jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.told_apart(uuid, text[], jsonb) TO parley_app;
