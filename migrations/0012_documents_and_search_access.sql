ALTER TABLE documents FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE document_chunks FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
-- A search of many vectors reads their sketches off the index, and the table only where rows are too new for the visibility
-- map: a vacuum after each thousand of them keeps these few.
ALTER TABLE chat_vectors SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000);
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON documents REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('document');
--> statement-breakpoint
CREATE TRIGGER audit_change
  AFTER UPDATE OF external_id, title, content, format, language, chunk_size, chunk_overlap, metadata, tags, deleted_at
  ON documents FOR EACH ROW EXECUTE FUNCTION app.audit_row('document', 'external_id', 'title', 'content', 'format', 'language',
    'chunk_size', 'chunk_overlap', 'metadata', 'tags', 'deleted_at');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON documents REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('document');
--> statement-breakpoint
-- As audit_rows. The vectors of a document's chunks are no events of their own: they follow from the document.
CREATE FUNCTION app.audit_vectors() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
  AS $$
BEGIN
  IF session_user = 'parley_system' AND current_setting('app.purging', true) <> '' THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.audit_events (user_id, id, actor, action, resource, resource_id, request_id, sign_in_id, address)
  SELECT touched.user_id, app.uuid_v7(), app.current_actor(), CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE 'purge' END,
    'vector', touched.id, nullif(current_setting('app.request_id', true), ''),
    nullif(current_setting('app.sign_in_id', true), ''), nullif(current_setting('app.address', true), '')
  FROM touched WHERE touched.chunk_id IS NULL;
  RETURN NULL;
END
$$;
--> statement-breakpoint
DROP TRIGGER audit_create ON chat_vectors;
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON chat_vectors REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_vectors();
--> statement-breakpoint
DROP TRIGGER audit_purge ON chat_vectors;
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON chat_vectors REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_vectors();
--> statement-breakpoint
DROP TRIGGER audit_change ON chat_vectors;
--> statement-breakpoint
CREATE TRIGGER audit_change AFTER UPDATE OF id, message_id, model, embedding, content, metadata ON chat_vectors
  FOR EACH ROW WHEN (NEW.chunk_id IS NULL)
  EXECUTE FUNCTION app.audit_row('vector', 'message_id', 'model', 'embedding', 'content', 'metadata');
--> statement-breakpoint
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON documents, document_chunks TO parley_app;
--> statement-breakpoint
-- To embed chunks, and to search by keyword; purging and retention as with conversations.
GRANT SELECT (user_id, id, document_id, content, context, language, search), DELETE ON document_chunks TO parley_system;
--> statement-breakpoint
GRANT SELECT (user_id, id, language, metadata, tags, created_at, deleted_at, purge_after), UPDATE (purge_after), DELETE
  ON documents TO parley_system;
--> statement-breakpoint
GRANT SELECT (role, search, metadata, status, created_at) ON messages TO parley_system;
--> statement-breakpoint
GRANT SELECT (tags, deleted_at) ON conversations TO parley_system;
--> statement-breakpoint
-- A backfill queues texts whose vector another model made.
GRANT INSERT ON embedding_jobs TO parley_system;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION app.uuid_v7() TO parley_system;
