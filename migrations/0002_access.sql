-- Who may do what. drizzle-kit writes tables, indexes and policies; FORCE, storage, functions and grants stand here.
ALTER TABLE users FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE chat_vectors FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE embedding_jobs FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
-- An exact search reads all of a user's vectors: in the row itself they cost one page each, out of line several.
ALTER TABLE chat_vectors ALTER COLUMN embedding SET STORAGE PLAIN;
--> statement-breakpoint
-- First statement of every batch of a signed-in user. The settings last until the transaction's end and no longer, as
-- Neon's proxy hands the connection to the next request as it is. PY001: the token is good, the user isn't registered.
-- random_page_cost: a page of rows is read through the index whatever the planner believes about a conversation's length.
CREATE FUNCTION app.begin_request(asking_user uuid, request_id text) RETURNS void
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM set_config('app.user_id', asking_user::text, true), set_config('app.request_id', request_id, true),
    set_config('random_page_cost', '1.1', true);
  IF NOT EXISTS (SELECT FROM public.users WHERE id = asking_user AND deleted_at IS NULL) THEN
    RAISE EXCEPTION 'user is not registered' USING ERRCODE = 'PY001';
  END IF;
END
$$;
--> statement-breakpoint
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
--> statement-breakpoint
GRANT USAGE ON SCHEMA app, public TO parley_app, parley_system;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION app.current_user_id(), app.begin_request(uuid, text) TO parley_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON users, sessions, conversations, messages TO parley_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON chat_vectors, embedding_jobs TO parley_app;
--> statement-breakpoint
GRANT SELECT (user_id, id, content) ON messages TO parley_system;
--> statement-breakpoint
GRANT SELECT, UPDATE, DELETE ON embedding_jobs TO parley_system;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON chat_vectors TO parley_system;
