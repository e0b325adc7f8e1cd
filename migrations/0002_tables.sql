CREATE TABLE "audit_events" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"resource" text NOT NULL,
	"resource_id" "client_id" NOT NULL,
	"conversation_id" "client_id",
	"changed" text[],
	"request_id" text,
	"sign_in_id" text,
	"address" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "audit_events_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
ALTER TABLE "audit_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "conversations" (
	"user_id" uuid NOT NULL,
	"id" "client_id" NOT NULL,
	"title" text,
	"derived_title" text,
	"title_key" text GENERATED ALWAYS AS (lower("left"(coalesce(title, derived_title, ''), 100))) STORED NOT NULL,
	"forked_from_conversation" "client_id",
	"forked_from_message" "client_id",
	"system_prompt" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"archived" boolean DEFAULT false NOT NULL,
	"pinned" boolean DEFAULT false NOT NULL,
	"message_count" integer DEFAULT 0 NOT NULL,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"last_branch" integer DEFAULT 0 NOT NULL,
	"active_leaf_id" "client_id",
	"last_activity_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"purge_after" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "conversations_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "conversations_metadata_check" CHECK (length(metadata::text) <= 32768),
	CONSTRAINT "conversations_purge_check" CHECK (purge_after is null or deleted_at is not null)
);
--> statement-breakpoint
ALTER TABLE "conversations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
	CONSTRAINT "documents_metadata_check" CHECK (length(metadata::text) <= 32768),
	CONSTRAINT "documents_purge_check" CHECK (purge_after is null or deleted_at is not null)
);
--> statement-breakpoint
ALTER TABLE "documents" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "embedding_jobs" (
	"user_id" uuid NOT NULL,
	"id" uuid DEFAULT app.uuid_v7() NOT NULL,
	"conversation_id" "client_id",
	"message_id" "client_id",
	"chunk_id" uuid,
	"document_id" uuid,
	"attempts" integer DEFAULT 0 NOT NULL,
	"run_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"claim_id" uuid,
	"last_error" text,
	"failed_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "embedding_jobs_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "embedding_jobs_text_check" CHECK (num_nonnulls(message_id, chunk_id) = 1 and num_nulls(conversation_id, message_id) <> 1)
);
--> statement-breakpoint
ALTER TABLE "embedding_jobs" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"user_id" uuid NOT NULL,
	"key" text NOT NULL,
	"digest" text NOT NULL,
	"response_rows" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone DEFAULT now() + interval '24 hours' NOT NULL,
	CONSTRAINT "idempotency_keys_user_id_key_pk" PRIMARY KEY("user_id","key")
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "messages" (
	"user_id" uuid NOT NULL,
	"conversation_id" "client_id" NOT NULL,
	"id" "client_id" NOT NULL,
	"seq" integer NOT NULL,
	"parent_id" "client_id",
	"branch" integer DEFAULT 1 NOT NULL,
	"depth" integer NOT NULL,
	"role" text NOT NULL,
	"content" text NOT NULL,
	"parts" jsonb,
	"attachments" jsonb,
	"reasoning" text,
	"status" text DEFAULT 'complete' NOT NULL,
	"model" text,
	"usage" jsonb,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"purge_after" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"search" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple', translate(lower("left"(content, 60000)), '<', ' '))) STORED NOT NULL,
	CONSTRAINT "messages_user_id_conversation_id_id_pk" PRIMARY KEY("user_id","conversation_id","id"),
	CONSTRAINT "messages_role_check" CHECK (role in ('system', 'user', 'assistant', 'tool')),
	CONSTRAINT "messages_status_check" CHECK (status in ('in_progress', 'complete', 'stopped', 'failed')),
	CONSTRAINT "messages_metadata_check" CHECK (length(metadata::text) <= 32768),
	CONSTRAINT "messages_purge_check" CHECK (purge_after is null or deleted_at is not null)
);
--> statement-breakpoint
ALTER TABLE "messages" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
CREATE TABLE "sessions" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"sign_in_id" text NOT NULL,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "sessions_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
ALTER TABLE "sessions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text,
	"email_verified" boolean DEFAULT false NOT NULL,
	"first_name" text,
	"last_name" text,
	"name" text,
	"avatar_url" text,
	"last_login" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"purge_after" timestamp (3) with time zone,
	"not_valid_before" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "users_purge_check" CHECK (purge_after is null or deleted_at is not null)
);
--> statement-breakpoint
ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "chat_vectors" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" "client_id",
	"message_id" "client_id",
	"chunk_id" uuid,
	"document_id" uuid,
	"model" text NOT NULL,
	"client_provided" boolean DEFAULT false NOT NULL,
	"embedding" halfvec(1536),
	"client_embedding" vector(1536),
	"dimensions" integer GENERATED ALWAYS AS (coalesce(vector_dims(embedding), vector_dims(client_embedding))) STORED NOT NULL,
	"sketch" bit(2048),
	"content" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "chat_vectors_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "chat_vectors_embedding_check" CHECK (client_provided = (client_embedding is not null) and client_provided = (embedding is null)),
	CONSTRAINT "chat_vectors_message_check" CHECK (num_nulls(conversation_id, message_id) <> 1)
);
--> statement-breakpoint
ALTER TABLE "chat_vectors" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_chunks" ADD CONSTRAINT "document_chunks_user_id_document_id_documents_user_id_id_fk" FOREIGN KEY ("user_id","document_id") REFERENCES "public"."documents"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "embedding_jobs" ADD CONSTRAINT "embedding_jobs_message_fk" FOREIGN KEY ("user_id","conversation_id","message_id") REFERENCES "public"."messages"("user_id","conversation_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "embedding_jobs" ADD CONSTRAINT "embedding_jobs_user_id_chunk_id_document_chunks_user_id_id_fk" FOREIGN KEY ("user_id","chunk_id") REFERENCES "public"."document_chunks"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_user_id_conversation_id_conversations_user_id_id_fk" FOREIGN KEY ("user_id","conversation_id") REFERENCES "public"."conversations"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chat_vectors" ADD CONSTRAINT "chat_vectors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chat_vectors" ADD CONSTRAINT "chat_vectors_message_fk" FOREIGN KEY ("user_id","conversation_id","message_id") REFERENCES "public"."messages"("user_id","conversation_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chat_vectors" ADD CONSTRAINT "chat_vectors_user_id_chunk_id_document_chunks_user_id_id_fk" FOREIGN KEY ("user_id","chunk_id") REFERENCES "public"."document_chunks"("user_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversations_activity_idx" ON "conversations" USING btree ("user_id","last_activity_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "conversations_created_idx" ON "conversations" USING btree ("user_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "conversations_title_idx" ON "conversations" USING btree ("user_id","title_key","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "conversations_pinned_idx" ON "conversations" USING btree ("user_id","pinned" DESC NULLS FIRST,"last_activity_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "conversations_archived_idx" ON "conversations" USING btree ("user_id","archived","last_activity_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "conversations_deleted_idx" ON "conversations" USING btree ("user_id","deleted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "conversations_purge_after_idx" ON "conversations" USING btree ("purge_after") WHERE purge_after is not null;--> statement-breakpoint
CREATE INDEX "document_chunks_position_idx" ON "document_chunks" USING btree ("user_id","document_id","position");--> statement-breakpoint
CREATE INDEX "document_chunks_search_idx" ON "document_chunks" USING gin ("user_id","search");--> statement-breakpoint
CREATE UNIQUE INDEX "documents_external_key" ON "documents" USING btree ("user_id","external_id");--> statement-breakpoint
CREATE INDEX "documents_created_idx" ON "documents" USING btree ("user_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_deleted_idx" ON "documents" USING btree ("user_id","deleted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "documents_purge_after_idx" ON "documents" USING btree ("purge_after") WHERE purge_after is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "embedding_jobs_message_key" ON "embedding_jobs" USING btree ("user_id","conversation_id","message_id");--> statement-breakpoint
CREATE UNIQUE INDEX "embedding_jobs_chunk_key" ON "embedding_jobs" USING btree ("user_id","chunk_id");--> statement-breakpoint
CREATE INDEX "embedding_jobs_due_idx" ON "embedding_jobs" USING btree ("user_id","run_at") WHERE failed_at is null;--> statement-breakpoint
CREATE INDEX "embedding_jobs_failed_idx" ON "embedding_jobs" USING btree ("user_id","failed_at") WHERE failed_at is not null;--> statement-breakpoint
CREATE INDEX "embedding_jobs_document_idx" ON "embedding_jobs" USING btree ("user_id","document_id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_seq_key" ON "messages" USING btree ("user_id","conversation_id","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_path_key" ON "messages" USING btree ("user_id","conversation_id","branch","depth");--> statement-breakpoint
CREATE INDEX "messages_parent_idx" ON "messages" USING btree ("user_id","conversation_id","parent_id");--> statement-breakpoint
CREATE INDEX "messages_purge_after_idx" ON "messages" USING btree ("purge_after") WHERE purge_after is not null;--> statement-breakpoint
CREATE INDEX "messages_beginning_idx" ON "messages" USING btree ("user_id","conversation_id") WHERE parent_id is null;--> statement-breakpoint
CREATE INDEX "messages_search_idx" ON "messages" USING gin ("user_id","search");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_sign_in_key" ON "sessions" USING btree ("user_id","sign_in_id");--> statement-breakpoint
CREATE INDEX "sessions_open_idx" ON "sessions" USING btree ("user_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "users_email_idx" ON "users" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "users_purge_after_idx" ON "users" USING btree ("purge_after") WHERE purge_after is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "chat_vectors_message_key" ON "chat_vectors" USING btree ("user_id","conversation_id","message_id");--> statement-breakpoint
CREATE UNIQUE INDEX "chat_vectors_chunk_key" ON "chat_vectors" USING btree ("user_id","chunk_id");--> statement-breakpoint
CREATE INDEX "chat_vectors_sketch_idx" ON "chat_vectors" USING btree ("user_id","model","document_id","conversation_id","message_id","chunk_id","id","sketch");--> statement-breakpoint
CREATE POLICY "owner" ON "audit_events" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "purge" ON "audit_events" AS PERMISSIVE FOR ALL TO "parley_system" USING (user_id in (select id from users where purge_after <= now())) WITH CHECK (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "writer" ON "audit_events" AS PERMISSIVE FOR INSERT TO public WITH CHECK (pg_trigger_depth() > 0);--> statement-breakpoint
CREATE POLICY "owner" ON "conversations" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "conversations" AS PERMISSIVE FOR SELECT TO "parley_system" USING (true);--> statement-breakpoint
CREATE POLICY "purge" ON "conversations" AS PERMISSIVE FOR ALL TO "parley_system" USING (user_id in (select id from users where purge_after <= now())) WITH CHECK (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "retention" ON "conversations" AS PERMISSIVE FOR ALL TO "parley_system" USING (purge_after <= now()) WITH CHECK (purge_after <= now());--> statement-breakpoint
CREATE POLICY "owner" ON "document_chunks" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "document_chunks" AS PERMISSIVE FOR SELECT TO "parley_system" USING (true);--> statement-breakpoint
CREATE POLICY "purge" ON "document_chunks" AS PERMISSIVE FOR DELETE TO "parley_system" USING (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "retention" ON "document_chunks" AS PERMISSIVE FOR DELETE TO "parley_system" USING ((user_id, document_id) in (select user_id, id from documents where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "owner" ON "documents" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "documents" AS PERMISSIVE FOR SELECT TO "parley_system" USING (true);--> statement-breakpoint
CREATE POLICY "purge" ON "documents" AS PERMISSIVE FOR ALL TO "parley_system" USING (user_id in (select id from users where purge_after <= now())) WITH CHECK (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "retention" ON "documents" AS PERMISSIVE FOR ALL TO "parley_system" USING (purge_after <= now()) WITH CHECK (purge_after <= now());--> statement-breakpoint
CREATE POLICY "owner" ON "embedding_jobs" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "embedding_jobs" AS PERMISSIVE FOR ALL TO "parley_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "owner" ON "idempotency_keys" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "idempotency_keys" AS PERMISSIVE FOR ALL TO "parley_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "owner" ON "messages" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "messages" AS PERMISSIVE FOR SELECT TO "parley_system" USING (true);--> statement-breakpoint
CREATE POLICY "purge" ON "messages" AS PERMISSIVE FOR DELETE TO "parley_system" USING (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "retention" ON "messages" AS PERMISSIVE FOR DELETE TO "parley_system" USING ((user_id, conversation_id) in (select user_id, id from conversations where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "wipe" ON "messages" AS PERMISSIVE FOR UPDATE TO "parley_system" USING (purge_after <= now()) WITH CHECK (deleted_at is not null and content = '');--> statement-breakpoint
CREATE POLICY "system" ON "purge_receipts" AS PERMISSIVE FOR ALL TO "parley_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "owner" ON "sessions" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "purge" ON "sessions" AS PERMISSIVE FOR ALL TO "parley_system" USING (user_id in (select id from users where purge_after <= now())) WITH CHECK (user_id in (select id from users where purge_after <= now()));--> statement-breakpoint
CREATE POLICY "owner" ON "users" AS PERMISSIVE FOR ALL TO "parley_app" USING (id = app.current_user_id()) WITH CHECK (id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "purge" ON "users" AS PERMISSIVE FOR ALL TO "parley_system" USING (purge_after <= now()) WITH CHECK (purge_after <= now());--> statement-breakpoint
CREATE POLICY "owner" ON "chat_vectors" AS PERMISSIVE FOR ALL TO "parley_app" USING (user_id = app.current_user_id()) WITH CHECK (user_id = app.current_user_id());--> statement-breakpoint
CREATE POLICY "system" ON "chat_vectors" AS PERMISSIVE FOR ALL TO "parley_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "purge" ON "chat_vectors" AS RESTRICTIVE FOR DELETE TO "parley_system" USING (user_id in (select id from users where purge_after <= now()));