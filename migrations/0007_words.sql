DROP INDEX "document_chunks_unindexed_idx";--> statement-breakpoint
DROP INDEX "messages_unindexed_idx";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "title_words" "tsvector";--> statement-breakpoint
ALTER TABLE "document_chunks" ADD COLUMN "table_head" text;--> statement-breakpoint
ALTER TABLE "document_chunks" ADD COLUMN "words_version" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "words_version" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "conversations_title_words_idx" ON "conversations" USING gin ("user_id","title_words");--> statement-breakpoint
CREATE INDEX "document_chunks_unread_idx" ON "document_chunks" USING btree ("user_id") WHERE search is null or words_version < 1;--> statement-breakpoint
CREATE INDEX "messages_unread_idx" ON "messages" USING btree ("user_id") WHERE search is null or words_version < 1;--> statement-breakpoint
ALTER POLICY "words" ON "document_chunks" TO parley_system USING (search is null or words_version < 1) WITH CHECK (search is not null);--> statement-breakpoint
ALTER POLICY "words" ON "messages" TO parley_system USING (search is null or words_version < 1) WITH CHECK (search is not null);