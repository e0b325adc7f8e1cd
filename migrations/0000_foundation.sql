-- What the tables stand on: pgvector, the two roles that the Worker logs in as, and the name of the asking user.
CREATE EXTENSION IF NOT EXISTS vector;
--> statement-breakpoint
-- Roles belong to the cluster, not to the database: another database may have made them already. They get their
-- passwords from whoever deploys (docs/decisions/005-roles.md), never from a migration.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['parley_app', 'parley_system'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS', wanted);
      EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', wanted, '30s');
      EXECUTE format('ALTER ROLE %I SET timezone = %L', wanted, 'UTC');
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = wanted AND (rolsuper OR rolbypassrls)) THEN
      RAISE EXCEPTION 'role % must have neither SUPERUSER nor BYPASSRLS', wanted;
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
CREATE SCHEMA app;
--> statement-breakpoint
-- Plain SQL and STABLE, so that the planner inlines it into the policies and plans with the user's real statistics.
CREATE FUNCTION app.current_user_id() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;
