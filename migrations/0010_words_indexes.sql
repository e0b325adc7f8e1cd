-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS "conversations_title_words_idx";
--> statement-breakpoint
CREATE INDEX CONCURRENTLY "conversations_title_words_idx" ON "conversations" USING gin ("user_id","title_words");
--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "conversations_unread_idx";
--> statement-breakpoint
CREATE INDEX CONCURRENTLY "conversations_unread_idx" ON "conversations" USING btree ("user_id") WHERE title is not null and words_version < 1;
--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "document_chunks_unread_idx";
--> statement-breakpoint
CREATE INDEX CONCURRENTLY "document_chunks_unread_idx" ON "document_chunks" USING btree ("user_id") WHERE search is null or words_version < 1;
--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "messages_unread_idx";
--> statement-breakpoint
CREATE INDEX CONCURRENTLY "messages_unread_idx" ON "messages" USING btree ("user_id") WHERE search is null or words_version < 1;
--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "document_chunks_unindexed_idx";
--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "messages_unindexed_idx";
