CREATE TABLE "idempotency_keys" (
	"user_id" uuid NOT NULL,
	"key" text NOT NULL,
	"digest" text NOT NULL,
	"made" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone DEFAULT now() + interval '24 hours' NOT NULL,
	CONSTRAINT "idempotency_keys_user_id_key_pk" PRIMARY KEY("user_id","key")
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "derived_title" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "forked_from_conversation" uuid;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "forked_from_message" uuid;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "last_branch" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "active_leaf_id" uuid;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "purge_after" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "parent_id" uuid;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "branch" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "depth" integer;--> statement-breakpoint
-- What was said so far is one branch. The tables' owner sees no rows of theirs while row-level security is forced.
ALTER TABLE "messages" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversations" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "messages" DISABLE TRIGGER USER;--> statement-breakpoint
ALTER TABLE "conversations" DISABLE TRIGGER USER;--> statement-breakpoint
UPDATE "messages" m SET "depth" = placed."depth", "parent_id" = placed."parent_id" FROM (
	SELECT "user_id", "id", row_number() OVER said AS "depth", lag("id") OVER said AS "parent_id"
	FROM "messages" WINDOW said AS (PARTITION BY "user_id", "conversation_id" ORDER BY "seq")
) placed WHERE m."user_id" = placed."user_id" AND m."id" = placed."id";--> statement-breakpoint
UPDATE "conversations" c SET "last_branch" = 1, "active_leaf_id" = (
	SELECT "id" FROM "messages" m WHERE m."user_id" = c."user_id" AND m."conversation_id" = c."id" ORDER BY "seq" DESC LIMIT 1
), "derived_title" = (
	SELECT nullif(left(btrim(regexp_replace("content", '\s+', ' ', 'g')), 80), '') FROM "messages" m
	WHERE m."user_id" = c."user_id" AND m."conversation_id" = c."id" AND m."role" = 'user' ORDER BY "seq" LIMIT 1
) WHERE "last_seq" > 0;--> statement-breakpoint
UPDATE "conversations" SET "purge_after" = now() + interval '30 days' WHERE "deleted_at" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ENABLE TRIGGER USER;--> statement-breakpoint
ALTER TABLE "conversations" ENABLE TRIGGER USER;--> statement-breakpoint
ALTER TABLE "messages" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversations" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "messages" ALTER COLUMN "depth" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "parts" jsonb;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "attachments" jsonb;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "reasoning" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "status" text DEFAULT 'complete' NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "model" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "usage" jsonb;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "conversations_created_idx" ON "conversations" USING btree ("user_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "conversations_title_idx" ON "conversations" USING btree ("user_id",lower(coalesce(title, derived_title, '')),"id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "conversations_pinned_idx" ON "conversations" USING btree ("user_id","pinned" DESC NULLS FIRST,"last_activity_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "conversations_archived_idx" ON "conversations" USING btree ("user_id","archived","last_activity_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "conversations_purge_after_idx" ON "conversations" USING btree ("purge_after") WHERE purge_after is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "messages_path_key" ON "messages" USING btree ("user_id","conversation_id","branch","depth");--> statement-breakpoint
CREATE INDEX "messages_parent_idx" ON "messages" USING btree ("user_id","parent_id");--> statement-breakpoint
CREATE INDEX "messages_beginning_idx" ON "messages" USING btree ("user_id","conversation_id") WHERE parent_id is null;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_metadata_check" CHECK (length(metadata::text) <= 32768);--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_status_check" CHECK (status in ('in_progress', 'complete', 'failed'));--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_metadata_check" CHECK (length(metadata::text) <= 32768);--> statement-breakpoint
CREATE POLICY "retention" ON "conversations" AS PERMISSIVE FOR ALL TO "parley_system" USING (purge_after <= now()) WITH CHECK (purge_after <= now());--> statement-breakpoint
CREATE POLICY "owner" ON "idempotency_keys" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "idempotency_keys" AS PERMISSIVE FOR ALL TO "parley_system" USING (true) WITH CHECK (true);