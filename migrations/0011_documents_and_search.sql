-- Owner and words in one index (docs/decisions/024-keyword-search.md).
CREATE EXTENSION IF NOT EXISTS btree_gin;
--> statement-breakpoint
CREATE TABLE "document_chunks" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"document_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"content" text NOT NULL,
	"headings" text[] DEFAULT '{}'::text[] NOT NULL,
	"context" text DEFAULT '' NOT NULL,
	"hash" text NOT NULL,
	"start_offset" integer NOT NULL,
	"end_offset" integer NOT NULL,
	"language" "regconfig" NOT NULL,
	"search" "tsvector" GENERATED ALWAYS AS (to_tsvector(language, translate(lower("left"(context || ' ' || content, 60000)), '<', ' '))) STORED NOT NULL,
	CONSTRAINT "document_chunks_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
ALTER TABLE "document_chunks" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "documents" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"title" text NOT NULL,
	"content" text NOT NULL,
	"content_hash" text NOT NULL,
	"format" text NOT NULL,
	"language" "regconfig" NOT NULL,
	"chunk_size" integer,
	"chunk_overlap" integer,
	"chunk_count" integer DEFAULT 0 NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"purge_after" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "documents_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "documents_format_check" CHECK (format in ('markdown', 'text')),
	CONSTRAINT "documents_metadata_check" CHECK (length(metadata::text) <= 32768)
);
--> statement-breakpoint
ALTER TABLE "documents" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP INDEX "embedding_jobs_run_at_idx";--> statement-breakpoint
DROP INDEX "chat_vectors_embedding_idx";--> statement-breakpoint
ALTER TABLE "embedding_jobs" DROP CONSTRAINT "embedding_jobs_user_id_message_id_pk";--> statement-breakpoint
ALTER TABLE "embedding_jobs" ALTER COLUMN "message_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "embedding_jobs" ADD COLUMN "id" uuid DEFAULT app.uuid_v7() NOT NULL;--> statement-breakpoint
ALTER TABLE "embedding_jobs" ADD CONSTRAINT "embedding_jobs_user_id_id_pk" PRIMARY KEY("user_id","id");--> statement-breakpoint
ALTER TABLE "embedding_jobs" ADD COLUMN "chunk_id" uuid;--> statement-breakpoint
ALTER TABLE "embedding_jobs" ADD COLUMN "document_id" uuid;--> statement-breakpoint
ALTER TABLE "embedding_jobs" ADD COLUMN "failed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple', translate(lower("left"(content, 60000)), '<', ' '))) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "chat_vectors" ADD COLUMN "chunk_id" uuid;--> statement-breakpoint
ALTER TABLE "chat_vectors" ADD COLUMN "document_id" uuid;--> statement-breakpoint
ALTER TABLE "chat_vectors" ADD COLUMN "own" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- What clients stored by hand, as far as one can tell. No trigger looks at this column.
ALTER TABLE "chat_vectors" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "chat_vectors" SET "own" = true WHERE "message_id" IS NULL OR "model" = 'custom';--> statement-breakpoint
ALTER TABLE "chat_vectors" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "chat_vectors" ADD COLUMN "dimensions" integer GENERATED ALWAYS AS (vector_dims(embedding)) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "chat_vectors" ADD COLUMN "sketch" bit(2048);--> statement-breakpoint
ALTER TABLE "document_chunks" ADD CONSTRAINT "document_chunks_user_id_document_id_documents_user_id_id_fk" FOREIGN KEY ("user_id","document_id") REFERENCES "public"."documents"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "document_chunks_position_idx" ON "document_chunks" USING btree ("user_id","document_id","position");--> statement-breakpoint
CREATE INDEX "document_chunks_search_idx" ON "document_chunks" USING gin ("user_id","search");--> statement-breakpoint
CREATE UNIQUE INDEX "documents_external_key" ON "documents" USING btree ("user_id","external_id");--> statement-breakpoint
CREATE INDEX "documents_created_idx" ON "documents" USING btree ("user_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_deleted_idx" ON "documents" USING btree ("user_id","deleted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "documents_purge_after_idx" ON "documents" USING btree ("purge_after") WHERE purge_after is not null;--> statement-breakpoint
ALTER TABLE "embedding_jobs" ADD CONSTRAINT "embedding_jobs_user_id_chunk_id_document_chunks_user_id_id_fk" FOREIGN KEY ("user_id","chunk_id") REFERENCES "public"."document_chunks"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chat_vectors" ADD CONSTRAINT "chat_vectors_user_id_chunk_id_document_chunks_user_id_id_fk" FOREIGN KEY ("user_id","chunk_id") REFERENCES "public"."document_chunks"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "embedding_jobs_message_key" ON "embedding_jobs" USING btree ("user_id","message_id");--> statement-breakpoint
CREATE UNIQUE INDEX "embedding_jobs_chunk_key" ON "embedding_jobs" USING btree ("user_id","chunk_id");--> statement-breakpoint
CREATE INDEX "embedding_jobs_due_idx" ON "embedding_jobs" USING btree ("user_id","run_at") WHERE failed_at is null;--> statement-breakpoint
CREATE INDEX "embedding_jobs_failed_idx" ON "embedding_jobs" USING btree ("user_id","failed_at") WHERE failed_at is not null;--> statement-breakpoint
CREATE INDEX "embedding_jobs_document_idx" ON "embedding_jobs" USING btree ("user_id","document_id");--> statement-breakpoint
CREATE INDEX "messages_search_idx" ON "messages" USING gin ("user_id","search");--> statement-breakpoint
CREATE UNIQUE INDEX "chat_vectors_chunk_key" ON "chat_vectors" USING btree ("user_id","chunk_id");--> statement-breakpoint
CREATE INDEX "chat_vectors_sketch_idx" ON "chat_vectors" USING btree ("user_id","model","document_id","message_id","chunk_id","id","sketch");--> statement-breakpoint
ALTER TABLE "embedding_jobs" ADD CONSTRAINT "embedding_jobs_text_check" CHECK (num_nonnulls(message_id, chunk_id) = 1);--> statement-breakpoint
CREATE POLICY "system" ON "conversations" AS PERMISSIVE FOR SELECT TO "parley_system" USING (true);--> statement-breakpoint
CREATE POLICY "owner" ON "document_chunks" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "document_chunks" AS PERMISSIVE FOR SELECT TO "parley_system" USING (true);--> statement-breakpoint
CREATE POLICY "purge" ON "document_chunks" AS PERMISSIVE FOR DELETE TO "parley_system" USING (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "retention" ON "document_chunks" AS PERMISSIVE FOR DELETE TO "parley_system" USING ((user_id, document_id) in (select user_id, id from documents where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "owner" ON "documents" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "documents" AS PERMISSIVE FOR SELECT TO "parley_system" USING (true);--> statement-breakpoint
CREATE POLICY "purge" ON "documents" AS PERMISSIVE FOR ALL TO "parley_system" USING (user_id in (select id from users where purge_after <= now())) WITH CHECK (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "retention" ON "documents" AS PERMISSIVE FOR ALL TO "parley_system" USING (purge_after <= now()) WITH CHECK (purge_after <= now());