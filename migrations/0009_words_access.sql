-- Words of an earlier version are still found, and read again in the background.
GRANT SELECT (words_version), UPDATE (words_version) ON conversations, messages, document_chunks TO parley_system;
--> statement-breakpoint
GRANT UPDATE (table_head) ON document_chunks TO parley_app;
--> statement-breakpoint
GRANT SELECT (title, title_words), UPDATE (title_words) ON conversations TO parley_system;
--> statement-breakpoint
GRANT SELECT (seq, parent_id) ON messages TO parley_system;
--> statement-breakpoint
CREATE TRIGGER index_title_create BEFORE INSERT ON conversations FOR EACH ROW WHEN (NEW.title IS NOT NULL) EXECUTE FUNCTION app.index_title();
--> statement-breakpoint
CREATE TRIGGER index_title_change BEFORE UPDATE OF title ON conversations FOR EACH ROW
  WHEN (NEW.title IS DISTINCT FROM OLD.title) EXECUTE FUNCTION app.index_title();
--> statement-breakpoint
-- A load that puts triggers off (`session_replication_role`) still needs the words.
ALTER TABLE conversations ENABLE ALWAYS TRIGGER index_title_create;
--> statement-breakpoint
ALTER TABLE conversations ENABLE ALWAYS TRIGGER index_title_change;
