ALTER TABLE "messages" ADD COLUMN "purge_after" timestamp (3) with time zone;--> statement-breakpoint
-- Messages that are deleted already can be restored for 30 days from now on. No trigger looks at this column.
ALTER TABLE "messages" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "messages" SET "purge_after" = now() + interval '30 days' WHERE "deleted_at" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "messages_purge_after_idx" ON "messages" USING btree ("purge_after") WHERE purge_after is not null;--> statement-breakpoint
CREATE POLICY "retention" ON "messages" AS PERMISSIVE FOR DELETE TO "parley_system" USING ((user_id, conversation_id) in (select user_id, id from conversations where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "wipe" ON "messages" AS PERMISSIVE FOR UPDATE TO "parley_system" USING (purge_after <= now()) WITH CHECK (deleted_at is not null and content = '');--> statement-breakpoint
-- A fork makes as many ids as it copies messages and vectors: in SQL, where the copies are made.
GRANT EXECUTE ON FUNCTION app.uuid_v7() TO parley_app;
--> statement-breakpoint
-- Retention: to lock conversations that are due, to find their messages, and to wipe the text of messages that are due.
GRANT UPDATE (purge_after) ON conversations TO parley_system;
--> statement-breakpoint
GRANT SELECT (conversation_id, deleted_at, purge_after),
  UPDATE (content, parts, attachments, reasoning, metadata, purge_after) ON messages TO parley_system;
