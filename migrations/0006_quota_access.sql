-- Signing out everywhere and deleting the account move the time before which no sign-in is taken.
GRANT UPDATE (not_valid_before) ON users TO parley_app;
--> statement-breakpoint
-- Whoever signs in again after a purge is told by the receipt which sign-ins are older.
GRANT SELECT (user_id, deleted_at) ON purge_receipts TO parley_app;
--> statement-breakpoint
-- What is there already is counted, and from this moment on the triggers count. Nobody writes meanwhile; as the tables' owner may be
-- under row-level security itself, it is not forced while they are read.
ALTER TABLE conversations NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE documents NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE chat_vectors NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
INSERT INTO usage (user_id, conversations, messages, documents, stored_bytes)
SELECT user_id, sum(conversations), sum(messages), sum(documents), sum(bytes)
FROM (
  SELECT user_id, count(*) AS conversations, 0 AS messages, 0 AS documents, sum(octet_length(concat(title, system_prompt, metadata))) AS bytes
  FROM conversations GROUP BY user_id
  UNION ALL
  SELECT user_id, 0, count(*), 0, sum(octet_length(concat(content, parts, attachments, reasoning, usage, metadata)))
  FROM messages GROUP BY user_id
  UNION ALL
  SELECT user_id, 0, 0, count(*), sum(octet_length(concat(title, content, metadata))) FROM documents GROUP BY user_id
  UNION ALL
  SELECT user_id, 0, 0, 0, sum(octet_length(concat(content, metadata)) + pg_column_size(client_embedding))
  FROM chat_vectors WHERE client_provided GROUP BY user_id) counted
GROUP BY user_id;
--> statement-breakpoint
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE documents FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE chat_vectors FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE usage FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TRIGGER usage_create AFTER INSERT ON conversations REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_rows('conversation');
--> statement-breakpoint
CREATE TRIGGER usage_change AFTER UPDATE OF title, system_prompt, metadata ON conversations
  FOR EACH ROW EXECUTE FUNCTION app.count_change('conversation');
--> statement-breakpoint
CREATE TRIGGER usage_purge AFTER DELETE ON conversations REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_rows('conversation');
--> statement-breakpoint
CREATE TRIGGER usage_create AFTER INSERT ON messages REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_rows('message');
--> statement-breakpoint
CREATE TRIGGER usage_change AFTER UPDATE OF content, parts, attachments, reasoning, usage, metadata ON messages
  FOR EACH ROW EXECUTE FUNCTION app.count_change('message');
--> statement-breakpoint
CREATE TRIGGER usage_purge AFTER DELETE ON messages REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_rows('message');
--> statement-breakpoint
CREATE TRIGGER usage_create AFTER INSERT ON documents REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_rows('document');
--> statement-breakpoint
CREATE TRIGGER usage_change AFTER UPDATE OF title, content, metadata ON documents
  FOR EACH ROW EXECUTE FUNCTION app.count_change('document');
--> statement-breakpoint
CREATE TRIGGER usage_purge AFTER DELETE ON documents REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_rows('document');
--> statement-breakpoint
CREATE TRIGGER usage_create AFTER INSERT ON chat_vectors REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_rows('vector');
--> statement-breakpoint
CREATE TRIGGER usage_change AFTER UPDATE OF client_embedding, content, metadata ON chat_vectors
  FOR EACH ROW EXECUTE FUNCTION app.count_change('vector');
--> statement-breakpoint
CREATE TRIGGER usage_purge AFTER DELETE ON chat_vectors REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_rows('vector');
--> statement-breakpoint
-- What was embedded is counted by who embeds: the queue, and searches for their questions. The rest is the triggers'.
GRANT SELECT, INSERT (user_id, embedded_tokens, embedded_on), UPDATE (embedded_tokens, embedded_on) ON usage TO parley_app, parley_system;
--> statement-breakpoint
-- Texts that are purged leave the kept answers in the same transaction.
CREATE TRIGGER forget_answers AFTER DELETE ON conversations REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.forget_answers('conversation');
--> statement-breakpoint
CREATE TRIGGER forget_answers AFTER DELETE ON messages REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.forget_answers('message');
--> statement-breakpoint
CREATE TRIGGER forget_answers AFTER DELETE ON documents REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.forget_answers('document');
--> statement-breakpoint
-- Columns of time are rounded to milliseconds. From the moment when nobody can bring it back, whenever its rows go.
CREATE TRIGGER forget_answers_due AFTER UPDATE OF purge_after ON conversations
  FOR EACH ROW WHEN (NEW.purge_after < now() + interval '1 ms') EXECUTE FUNCTION app.forget_answers('conversation');
--> statement-breakpoint
CREATE TRIGGER forget_answers_due AFTER UPDATE OF purge_after ON documents
  FOR EACH ROW WHEN (NEW.purge_after < now() + interval '1 ms') EXECUTE FUNCTION app.forget_answers('document');
--> statement-breakpoint
-- A message that cannot be restored any more, or has lost its text. Keys live for a day, and nothing is kept of what is deleted.
CREATE TRIGGER forget_answers_due AFTER UPDATE OF purge_after ON messages
  FOR EACH ROW WHEN (NEW.deleted_at > now() - interval '25 hours'
    AND (NEW.purge_after < now() + interval '1 ms' OR OLD.purge_after IS NOT NULL AND NEW.purge_after IS NULL))
  EXECUTE FUNCTION app.forget_answers('wiped');
--> statement-breakpoint
GRANT UPDATE (resource) ON idempotency_keys TO parley_app;
--> statement-breakpoint
GRANT SELECT (resource, response_rows, created_at), UPDATE (response_rows) ON idempotency_keys TO parley_system;
--> statement-breakpoint
GRANT SELECT (created_at) ON conversations TO parley_system;
--> statement-breakpoint
-- Words are indexed as their text is written, or later where one transaction writes much. A fork brings those of the original along.
CREATE TRIGGER index_words_create BEFORE INSERT ON messages FOR EACH ROW WHEN (NEW.search IS NULL) EXECUTE FUNCTION app.index_words();
--> statement-breakpoint
CREATE TRIGGER index_words_change BEFORE UPDATE OF content ON messages FOR EACH ROW
  WHEN (NEW.content <> OLD.content) EXECUTE FUNCTION app.index_words();
--> statement-breakpoint
CREATE TRIGGER index_words_create BEFORE INSERT ON document_chunks FOR EACH ROW EXECUTE FUNCTION app.index_words();
--> statement-breakpoint
CREATE TRIGGER index_words_change BEFORE UPDATE OF content, context, language ON document_chunks FOR EACH ROW
  WHEN ((NEW.content, NEW.context, NEW.language) IS DISTINCT FROM (OLD.content, OLD.context, OLD.language))
  EXECUTE FUNCTION app.index_words();
--> statement-breakpoint
-- A load that puts triggers off (`session_replication_role`) still needs the words.
ALTER TABLE messages ENABLE ALWAYS TRIGGER index_words_create;
--> statement-breakpoint
ALTER TABLE messages ENABLE ALWAYS TRIGGER index_words_change;
--> statement-breakpoint
ALTER TABLE document_chunks ENABLE ALWAYS TRIGGER index_words_create;
--> statement-breakpoint
ALTER TABLE document_chunks ENABLE ALWAYS TRIGGER index_words_change;
--> statement-breakpoint
CREATE TRIGGER refuse_text BEFORE UPDATE OF content, parts, attachments, reasoning, metadata ON messages FOR EACH ROW
  WHEN (current_user = 'parley_system' AND (NEW.deleted_at IS NULL OR NEW.content <> '' OR NEW.parts IS NOT NULL
    OR NEW.attachments IS NOT NULL OR NEW.reasoning IS NOT NULL OR NEW.metadata <> '{}'))
  EXECUTE FUNCTION app.refuse_text();
--> statement-breakpoint
GRANT UPDATE (search) ON messages TO parley_system;
--> statement-breakpoint
GRANT UPDATE (search) ON document_chunks TO parley_system;
--> statement-breakpoint
GRANT UPDATE (has_metadata) ON messages TO parley_app;
--> statement-breakpoint
-- Scheduled work gives up messages that nobody writes to any more; the policy `settle` says which, and what they become.
GRANT SELECT (updated_at, version), UPDATE (status, updated_at, version) ON messages TO parley_system;
