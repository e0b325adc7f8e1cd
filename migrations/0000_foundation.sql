-- What everything else stands on. `npm run db:migrate` has made the two roles before it comes here (docs/decisions/005-roles.md).
CREATE EXTENSION IF NOT EXISTS vector;
--> statement-breakpoint
-- Owner and words in one index (docs/decisions/024-keyword-search.md).
CREATE EXTENSION IF NOT EXISTS btree_gin;
--> statement-breakpoint
-- A temporary type or table can stand in for one of ours in somebody else's statement (docs/security.md).
DO $$
BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  IF has_database_privilege('parley_app', current_database(), 'TEMPORARY') THEN
    RAISE EXCEPTION 'the role % must own the database %: it cannot take TEMPORARY from PUBLIC', current_user, current_database();
  END IF;
END
$$;
--> statement-breakpoint
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
--> statement-breakpoint
CREATE SCHEMA app;
--> statement-breakpoint
GRANT USAGE ON SCHEMA app, public TO parley_app, parley_system;
--> statement-breakpoint
-- The time of the newest migration that was applied, which /readyz compares with the newest one that the Worker knows. It reads the
-- migrator's own journal, with the rights of the view's owner, so that no migration has to remember to set it.
CREATE VIEW app.schema_version AS SELECT max(created_at) AS version FROM drizzle.__drizzle_migrations;
--> statement-breakpoint
GRANT SELECT ON app.schema_version TO parley_app;
--> statement-breakpoint
-- An id that a client may choose: of conversations and messages (docs/decisions/030-client-ids.md).
CREATE DOMAIN public.client_id AS text COLLATE "C"
  CONSTRAINT client_id_check CHECK (VALUE ~ '^[A-Za-z0-9_.:-]{1,128}$' AND VALUE NOT IN ('.', '..'));
--> statement-breakpoint
-- What a search looks through.
CREATE TYPE app.search_scope AS (
  sources text[], -- 'message' and 'document'; null: every vector, those stored by hand as well
  conversations text[], -- null: all but the hidden ones
  hidden_conversations text[], -- deleted ones, never null
  documents uuid[], -- null: all but the hidden ones
  hidden_documents uuid[], -- deleted ones, never null
  roles text[],
  created_after timestamptz,
  created_before timestamptz,
  metadata_path jsonpath, -- a predicate
  metadata_vars jsonb
);
