CREATE TABLE "usage" (
	"user_id" uuid NOT NULL,
	"shard" uuid DEFAULT gen_random_uuid() NOT NULL,
	"conversations" bigint DEFAULT 0 NOT NULL,
	"messages" bigint DEFAULT 0 NOT NULL,
	"documents" bigint DEFAULT 0 NOT NULL,
	"stored_bytes" bigint DEFAULT 0 NOT NULL,
	"embedded_tokens" bigint DEFAULT 0 NOT NULL,
	"embedded_on" date DEFAULT (now() at time zone 'utc')::date NOT NULL,
	CONSTRAINT "usage_user_id_shard_pk" PRIMARY KEY("user_id","shard")
);
--> statement-breakpoint
ALTER TABLE "usage" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "document_chunks" ALTER COLUMN "search" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "document_chunks" ALTER COLUMN "search" DROP EXPRESSION;--> statement-breakpoint
ALTER TABLE "messages" ALTER COLUMN "search" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ALTER COLUMN "search" DROP EXPRESSION;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "resource" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "sent_id" "client_id";--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "has_metadata" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "usage" ADD CONSTRAINT "usage_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "document_chunks_unindexed_idx" ON "document_chunks" USING btree ("user_id") WHERE search is null;--> statement-breakpoint
CREATE INDEX "idempotency_keys_resource_idx" ON "idempotency_keys" USING btree ("user_id","resource","created_at");--> statement-breakpoint
CREATE INDEX "messages_sent_idx" ON "messages" USING btree ("user_id","conversation_id","sent_id") WHERE sent_id is not null;--> statement-breakpoint
CREATE INDEX "messages_in_progress_idx" ON "messages" USING btree ("updated_at") WHERE status = 'in_progress';--> statement-breakpoint
CREATE INDEX "messages_unindexed_idx" ON "messages" USING btree ("user_id") WHERE search is null;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_branches_check" CHECK (last_branch <= 10000);--> statement-breakpoint
CREATE POLICY "words" ON "document_chunks" AS PERMISSIVE FOR UPDATE TO "parley_system" USING (search is null) WITH CHECK (search is not null);--> statement-breakpoint
CREATE POLICY "words" ON "messages" AS PERMISSIVE FOR UPDATE TO "parley_system" USING (search is null) WITH CHECK (search is not null);--> statement-breakpoint
CREATE POLICY "settle" ON "messages" AS PERMISSIVE FOR UPDATE TO "parley_system" USING (status = 'in_progress' and updated_at <= now() - interval '1 minute') WITH CHECK (status = 'failed');--> statement-breakpoint
CREATE POLICY "owner" ON "purge_receipts" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "owner" ON "usage" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "usage" AS PERMISSIVE FOR ALL TO "parley_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "writer" ON "usage" AS PERMISSIVE FOR ALL TO public USING (pg_trigger_depth() > 0) WITH CHECK (pg_trigger_depth() > 0);