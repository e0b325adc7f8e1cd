-- Who may do what. drizzle-kit writes tables, indexes and policies; FORCE, storage, triggers and grants are here.
ALTER TABLE users FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE documents FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE document_chunks FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE chat_vectors FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE embedding_jobs FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE purge_receipts FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
-- An exact search reads all of a user's vectors: in the row itself they cost one page each, out of line several.
ALTER TABLE chat_vectors ALTER COLUMN embedding SET STORAGE PLAIN, ALTER COLUMN client_embedding SET STORAGE PLAIN;
--> statement-breakpoint
-- A search of many vectors reads their sketches off the index, and the table only where rows are too new for the visibility
-- map: a vacuum after each thousand of them keeps these few.
ALTER TABLE chat_vectors SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000);
--> statement-breakpoint
-- Whose conversation it is follows from the conversation: without knowing so, the planner takes the messages of one
-- conversation for fewer than one, and any index that begins with it for as good as the key.
CREATE STATISTICS messages_of_conversation (dependencies) ON user_id, conversation_id FROM messages;
--> statement-breakpoint
-- The audit trail. Columns that are left out follow from others (counters, times, versions).
CREATE TRIGGER audit_create AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION app.audit_row('user');
--> statement-breakpoint
CREATE TRIGGER audit_change
  AFTER UPDATE OF email, email_verified, first_name, last_name, name, avatar_url, deleted_at, purge_after, not_valid_before
  ON users
  FOR EACH ROW EXECUTE FUNCTION app.audit_row(
    'user', 'email', 'email_verified', 'first_name', 'last_name', 'name', 'avatar_url', 'deleted_at', 'purge_after',
    'not_valid_before');
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON sessions REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('session');
--> statement-breakpoint
CREATE TRIGGER audit_change AFTER UPDATE OF user_agent, revoked_at ON sessions
  FOR EACH ROW EXECUTE FUNCTION app.audit_row('session', 'user_agent', 'revoked_at');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON sessions REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('session');
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON conversations REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('conversation');
--> statement-breakpoint
CREATE TRIGGER audit_change
  AFTER UPDATE OF title, system_prompt, metadata, tags, archived, pinned, deleted_at, purge_after ON conversations
  FOR EACH ROW EXECUTE FUNCTION app.audit_row(
    'conversation', 'title', 'system_prompt', 'metadata', 'tags', 'archived', 'pinned', 'deleted_at', 'purge_after');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON conversations REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('conversation');
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON messages REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('message');
--> statement-breakpoint
CREATE TRIGGER audit_change
  AFTER UPDATE OF role, content, parts, attachments, reasoning, status, model, usage, metadata, deleted_at, purge_after ON messages
  FOR EACH ROW EXECUTE FUNCTION app.audit_row('message', 'role', 'content', 'parts', 'attachments', 'reasoning', 'status',
    'model', 'usage', 'metadata', 'deleted_at', 'purge_after');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON messages REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('message');
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON documents REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('document');
--> statement-breakpoint
CREATE TRIGGER audit_change
  AFTER UPDATE OF external_id, title, content, format, language, chunk_size, chunk_overlap, metadata, tags, deleted_at, purge_after
  ON documents FOR EACH ROW EXECUTE FUNCTION app.audit_row('document', 'external_id', 'title', 'content', 'format', 'language',
    'chunk_size', 'chunk_overlap', 'metadata', 'tags', 'deleted_at', 'purge_after');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON documents REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('document');
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON chat_vectors REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('vector');
--> statement-breakpoint
CREATE TRIGGER audit_change AFTER UPDATE OF id, conversation_id, message_id, model, embedding, client_embedding, content, metadata ON chat_vectors
  FOR EACH ROW WHEN (NEW.chunk_id IS NULL)
  EXECUTE FUNCTION app.audit_row('vector', 'conversation_id', 'message_id', 'model', 'embedding', 'client_embedding', 'content', 'metadata');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON chat_vectors REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('vector');
--> statement-breakpoint
-- The Worker's requests. Row-level security narrows each of these to the asking user's rows.
-- What is not named cannot be changed: owners, ids, places in a conversation, when a row was made.
GRANT SELECT, INSERT ON users, sessions, conversations, messages, documents TO parley_app;
--> statement-breakpoint
GRANT UPDATE (email, email_verified, first_name, last_name, name, avatar_url, last_login, updated_at, deleted_at, purge_after, version)
  ON users TO parley_app;
--> statement-breakpoint
GRANT UPDATE (user_agent, last_seen_at, expires_at, revoked_at) ON sessions TO parley_app;
--> statement-breakpoint
GRANT UPDATE (title, derived_title, system_prompt, metadata, tags, archived, pinned, message_count, last_seq, last_branch,
  active_leaf_id, last_activity_at, updated_at, deleted_at, purge_after, version), DELETE ON conversations TO parley_app;
--> statement-breakpoint
GRANT UPDATE (content, parts, attachments, reasoning, status, model, usage, metadata, updated_at, deleted_at, purge_after, version)
  ON messages TO parley_app;
--> statement-breakpoint
GRANT UPDATE (external_id, title, content, content_hash, format, language, chunk_size, chunk_overlap, chunk_count, metadata, tags,
  updated_at, deleted_at, purge_after, version), DELETE ON documents TO parley_app;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON document_chunks, chat_vectors, embedding_jobs, idempotency_keys TO parley_app;
--> statement-breakpoint
GRANT UPDATE (position, start_offset, end_offset, headings, context, hash, language) ON document_chunks TO parley_app;
--> statement-breakpoint
GRANT UPDATE (id, model, client_provided, embedding, client_embedding, sketch, content, metadata, created_at) ON chat_vectors TO parley_app;
--> statement-breakpoint
GRANT UPDATE (attempts, run_at, claim_id, last_error, failed_at) ON embedding_jobs TO parley_app;
--> statement-breakpoint
GRANT UPDATE (digest, response_rows, created_at, expires_at) ON idempotency_keys TO parley_app;
--> statement-breakpoint
GRANT SELECT ON audit_events TO parley_app;
--> statement-breakpoint
-- Scheduled work: what it embeds, what it finds texts by (app.keyword_hits), and what it removes.
GRANT SELECT (id, deleted_at, purge_after), UPDATE (purge_after), DELETE ON users TO parley_system;
--> statement-breakpoint
GRANT SELECT (user_id, id), DELETE ON sessions, audit_events TO parley_system;
--> statement-breakpoint
GRANT SELECT (user_id, id, message_count, deleted_at, purge_after), UPDATE (purge_after), DELETE ON conversations TO parley_system;
--> statement-breakpoint
GRANT SELECT (user_id, id, conversation_id, role, content, status, metadata, search, created_at, deleted_at, purge_after),
  UPDATE (content, parts, attachments, reasoning, metadata, purge_after), DELETE ON messages TO parley_system;
--> statement-breakpoint
GRANT SELECT (user_id, id, language, chunk_count, deleted_at, purge_after), UPDATE (purge_after), DELETE ON documents TO parley_system;
--> statement-breakpoint
GRANT SELECT (user_id, id, document_id, content, context, language, search), DELETE ON document_chunks TO parley_system;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON chat_vectors, embedding_jobs TO parley_system;
--> statement-breakpoint
GRANT SELECT (user_id, key, expires_at), DELETE ON idempotency_keys TO parley_system;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON purge_receipts TO parley_system;
