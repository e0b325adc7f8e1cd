-- When these texts, messages or chunks by their `text_id` (see app.nearest), were made, and a digest of what they say, by which equal ones are
-- known. Those that are gone are left out. Ids are taken apart first, as in app.similarities.
CREATE OR REPLACE FUNCTION app.told_apart(owner uuid, texts text[]) RETURNS TABLE (id text, created_at timestamptz, digest bigint)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT t.id, m.created_at, hashtextextended("left"(m.content, 4000), octet_length(m.content))
  FROM (
    SELECT id, split_part(id, '/', 1) AS conversation_id, split_part(id, '/', 2) AS message_id
    FROM unnest(texts) AS text (id) WHERE id LIKE '%/%' OFFSET 0) t
  JOIN messages m ON m.user_id = owner AND m.conversation_id = t.conversation_id AND m.id = t.message_id AND m.deleted_at IS NULL
  UNION ALL
  SELECT t.id, d.created_at, hashtextextended("left"(k.content, 4000), octet_length(k.content))
  FROM (SELECT id, id::uuid AS chunk_id FROM unnest(texts) AS text (id) WHERE id NOT LIKE '%/%' OFFSET 0) t
  JOIN document_chunks k ON k.user_id = owner AND k.id = t.chunk_id
  JOIN documents d ON d.user_id = owner AND d.id = k.document_id AND d.deleted_at IS NULL;
END
$$;
REVOKE ALL ON FUNCTION app.told_apart(uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.told_apart(uuid, text[]) TO parley_app;
