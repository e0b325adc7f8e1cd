DROP INDEX "conversations_title_idx";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "title_key" text GENERATED ALWAYS AS (lower("left"(coalesce(title, derived_title, ''), 100))) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "conversations_deleted_idx" ON "conversations" USING btree ("user_id","deleted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "conversations_title_idx" ON "conversations" USING btree ("user_id","title_key","id") WHERE deleted_at is null;