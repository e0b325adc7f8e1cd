-- The scope that is asked for, with the conversations and documents that are meant: those named, or tagged, and not deleted.
-- `tags` are asked for beside the fields of the scope.
CREATE OR REPLACE FUNCTION app.resolve_scope(owner uuid, asked jsonb) RETURNS app.search_scope
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  scope app.search_scope := jsonb_populate_record(NULL::app.search_scope, asked);
  tagged text[] := CASE WHEN asked -> 'tags' IS NOT NULL
    THEN ARRAY(SELECT tag FROM jsonb_array_elements_text(asked -> 'tags') tag) END;
BEGIN
  scope.hidden_conversations := '{}';
  scope.hidden_documents := '{}';
  IF scope.conversations IS NOT NULL THEN
    scope.conversations := ARRAY(
      SELECT c.id FROM public.conversations c
      WHERE c.user_id = owner AND c.id = ANY (scope.conversations) AND c.deleted_at IS NULL
        AND (tagged IS NULL OR c.tags @> tagged));
  ELSIF tagged IS NOT NULL THEN
    scope.conversations := ARRAY(
      SELECT c.id FROM public.conversations c WHERE c.user_id = owner AND c.deleted_at IS NULL AND c.tags @> tagged);
  ELSE
    scope.hidden_conversations := ARRAY(
      SELECT c.id FROM public.conversations c WHERE c.user_id = owner AND c.deleted_at IS NOT NULL);
  END IF;
  IF scope.documents IS NOT NULL THEN
    scope.documents := ARRAY(
      SELECT d.id FROM public.documents d
      WHERE d.user_id = owner AND d.id = ANY (scope.documents) AND d.deleted_at IS NULL
        AND (tagged IS NULL OR d.tags @> tagged)
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, d.created_at, d.metadata));
  ELSIF tagged IS NOT NULL OR num_nonnulls(scope.created_after, scope.created_before, scope.metadata_path) > 0 THEN
    scope.documents := ARRAY(
      SELECT d.id FROM public.documents d
      WHERE d.user_id = owner AND d.deleted_at IS NULL AND (tagged IS NULL OR d.tags @> tagged)
        AND app.passes(scope.created_after, scope.created_before, scope.metadata_path, scope.metadata_vars, d.created_at, d.metadata));
  ELSE
    scope.hidden_documents := ARRAY(
      SELECT d.id FROM public.documents d WHERE d.user_id = owner AND d.deleted_at IS NOT NULL);
  END IF;
  RETURN scope;
END
$$;
REVOKE ALL ON FUNCTION app.resolve_scope(uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.resolve_scope(uuid, jsonb) TO parley_app;
