CREATE TABLE "audit_events" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"resource" text NOT NULL,
	"resource_id" uuid NOT NULL,
	"changed" text[],
	"request_id" text,
	"sign_in_id" text,
	"address" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "audit_events_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
ALTER TABLE "audit_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "purge_receipts" (
	"user_id" uuid NOT NULL,
	"deleted_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"counts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "purge_receipts_user_id_deleted_at_pk" PRIMARY KEY("user_id","deleted_at")
);
--> statement-breakpoint
ALTER TABLE "purge_receipts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "purge_after" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "users_purge_after_idx" ON "users" USING btree ("purge_after") WHERE purge_after is not null;--> statement-breakpoint
CREATE POLICY "purge" ON "conversations" AS PERMISSIVE FOR ALL TO "parley_system" USING (user_id in (select id from users where purge_after <= now())) WITH CHECK (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "purge" ON "messages" AS PERMISSIVE FOR DELETE TO "parley_system" USING (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "purge" ON "sessions" AS PERMISSIVE FOR ALL TO "parley_system" USING (user_id in (select id from users where purge_after <= now())) WITH CHECK (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "purge" ON "users" AS PERMISSIVE FOR ALL TO "parley_system" USING (purge_after <= now()) WITH CHECK (purge_after <= now());--> statement-breakpoint
CREATE POLICY "purge" ON "chat_vectors" AS RESTRICTIVE FOR DELETE TO "parley_system" USING (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "owner" ON "audit_events" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "purge" ON "audit_events" AS PERMISSIVE FOR ALL TO "parley_system" USING (user_id in (select id from users where purge_after <= now())) WITH CHECK (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "writer" ON "audit_events" AS PERMISSIVE FOR INSERT TO public WITH CHECK (pg_trigger_depth() > 0);--> statement-breakpoint
CREATE POLICY "system" ON "purge_receipts" AS PERMISSIVE FOR ALL TO "parley_system" USING (true) WITH CHECK (true);