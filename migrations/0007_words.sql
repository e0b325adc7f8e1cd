ALTER TABLE "conversations" ADD COLUMN "title_words" "tsvector";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "words_version" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "document_chunks" ADD COLUMN "table_head" text;--> statement-breakpoint
ALTER TABLE "document_chunks" ADD COLUMN "words_version" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "words_version" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE POLICY "words" ON "conversations" AS PERMISSIVE FOR UPDATE TO "parley_system" USING (title is not null and words_version < 1) WITH CHECK (title_words is not null);--> statement-breakpoint
ALTER POLICY "words" ON "document_chunks" TO parley_system USING (search is null or words_version < 1) WITH CHECK (search is not null);--> statement-breakpoint
ALTER POLICY "words" ON "messages" TO parley_system USING (search is null or words_version < 1) WITH CHECK (search is not null);
