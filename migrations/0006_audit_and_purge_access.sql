ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE purge_receipts FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
-- Who asks, by which sign-in, from where. The settings last until the transaction's end and no longer, as Neon's proxy hands
-- the connection to the next request as it is. random_page_cost: a page of rows is read through the index whatever the
-- planner believes about a conversation's length.
CREATE FUNCTION app.introduce(asking_user uuid, sign_in text, request_id text, address text) RETURNS void
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM set_config('app.user_id', asking_user::text, true), set_config('app.sign_in_id', sign_in, true),
    set_config('app.request_id', request_id, true), set_config('app.address', coalesce(address, ''), true),
    set_config('random_page_cost', '1.1', true);
END
$$;
--> statement-breakpoint
DROP FUNCTION app.begin_request(uuid, text, text, boolean);
--> statement-breakpoint
DROP FUNCTION app.begin_sign_in(uuid, text, text);
--> statement-breakpoint
-- First statement of the one request that comes before the row in `users`, or brings a deleted one back. PY002: the sign-in
-- was revoked. PY003: the account was deleted and its grace time is over; until its purge has ended nobody gets in.
CREATE FUNCTION app.begin_sign_in(asking_user uuid, sign_in text, request_id text, address text) RETURNS void
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM app.introduce(asking_user, sign_in, request_id, address);
  IF EXISTS (SELECT FROM public.users WHERE id = asking_user AND purge_after <= now()) THEN
    RAISE EXCEPTION 'account is being purged' USING ERRCODE = 'PY003';
  END IF;
  IF EXISTS (
    SELECT FROM public.sessions WHERE user_id = asking_user AND sign_in_id = sign_in AND revoked_at IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'sign-in was revoked' USING ERRCODE = 'PY002';
  END IF;
END
$$;
--> statement-breakpoint
-- First statement of every batch of a signed-in user. PY001: the token is good, the user isn't registered. PY002 and PY003
-- as above, PY003 from the moment of deletion on: it comes first, so that a client doesn't take it for a lost session and
-- bring the account back by signing in on its own.
CREATE FUNCTION app.begin_request(asking_user uuid, sign_in text, request_id text, address text, seen boolean) RETURNS void
  LANGUAGE plpgsql
  AS $$
DECLARE
  deleted boolean;
  revoked boolean;
BEGIN
  PERFORM app.introduce(asking_user, sign_in, request_id, address);
  SELECT u.deleted_at IS NOT NULL, s.revoked_at IS NOT NULL INTO deleted, revoked
  FROM public.users u LEFT JOIN public.sessions s ON s.user_id = asking_user AND s.sign_in_id = sign_in
  WHERE u.id = asking_user;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'user is not registered' USING ERRCODE = 'PY001';
  ELSIF deleted THEN
    RAISE EXCEPTION 'account was deleted' USING ERRCODE = 'PY003';
  ELSIF revoked THEN
    RAISE EXCEPTION 'sign-in was revoked' USING ERRCODE = 'PY002';
  END IF;
  IF seen THEN
    UPDATE public.sessions SET last_seen_at = now()
    WHERE user_id = asking_user AND sign_in_id = sign_in AND last_seen_at < now() - interval '5 minutes';
  END IF;
END
$$;
--> statement-breakpoint
-- A UUIDv7 (RFC 9562, method 3: twelve bits of the random part are a fraction of the millisecond) by the wall clock, so that
-- the rows of one transaction keep their order.
CREATE FUNCTION app.uuid_v7() RETURNS uuid
  LANGUAGE plpgsql VOLATILE
  AS $$
DECLARE
  micros bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  fraction int := ((micros % 1000) * 4096 / 1000)::int;
  bytes bytea := overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send(micros / 1000) FROM 3) FROM 1 FOR 6);
BEGIN
  bytes := set_byte(set_byte(bytes, 6, 112 | (fraction >> 8)), 7, fraction & 255);
  RETURN encode(bytes, 'hex')::uuid;
END
$$;
--> statement-breakpoint
CREATE FUNCTION app.current_actor() RETURNS text
  LANGUAGE sql STABLE
  AS $$ SELECT CASE session_user WHEN 'parley_app' THEN 'user' WHEN 'parley_system' THEN 'system' ELSE 'operator' END $$;
--> statement-breakpoint
-- Rows that came or went, one event each. With its owner's rights, so that the Worker's roles need none to write here. What
-- the purge of an account takes away, it counts in its receipt instead.
CREATE FUNCTION app.audit_rows() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
  AS $$
BEGIN
  IF session_user = 'parley_system' AND current_setting('app.purging', true) <> '' THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.audit_events (user_id, id, actor, action, resource, resource_id, request_id, sign_in_id, address)
  SELECT touched.user_id, app.uuid_v7(), app.current_actor(), CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE 'purge' END,
    TG_ARGV[0], touched.id, nullif(current_setting('app.request_id', true), ''),
    nullif(current_setting('app.sign_in_id', true), ''), nullif(current_setting('app.address', true), '')
  FROM touched;
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- One row that changed, and every new user. Its arguments: what to call the row, then the columns that count.
CREATE FUNCTION app.audit_row() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
  AS $$
DECLARE
  after jsonb := to_jsonb(NEW);
  before jsonb;
  done text := 'create';
  changes text[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    before := to_jsonb(OLD);
    SELECT array_agg(name) INTO changes FROM unnest(TG_ARGV[1:]) name WHERE before -> name IS DISTINCT FROM after -> name;
    IF changes IS NULL THEN
      RETURN NULL;
    END IF;
    done := CASE
      WHEN 'revoked_at' = ANY (changes) THEN 'revoke'
      WHEN 'deleted_at' <> ALL (changes) THEN 'update'
      WHEN after ->> 'deleted_at' IS NULL THEN 'restore'
      ELSE 'delete'
    END;
  END IF;
  INSERT INTO public.audit_events
    (user_id, id, actor, action, resource, resource_id, changed, request_id, sign_in_id, address)
  VALUES (coalesce(after ->> 'user_id', after ->> 'id')::uuid, app.uuid_v7(), app.current_actor(), done, TG_ARGV[0],
    (after ->> 'id')::uuid, nullif(array_remove(array_remove(changes, 'deleted_at'), 'revoked_at'), '{}'),
    nullif(current_setting('app.request_id', true), ''), nullif(current_setting('app.sign_in_id', true), ''),
    nullif(current_setting('app.address', true), ''));
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- Columns that are left out follow from others (counters, times, versions): a statement that sets only those fires nothing.
CREATE TRIGGER audit_create AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION app.audit_row('user');
--> statement-breakpoint
CREATE TRIGGER audit_change
  AFTER UPDATE OF email, email_verified, first_name, last_name, name, avatar_url, deleted_at ON users
  FOR EACH ROW EXECUTE FUNCTION app.audit_row(
    'user', 'email', 'email_verified', 'first_name', 'last_name', 'name', 'avatar_url', 'deleted_at');
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON sessions REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('session');
--> statement-breakpoint
CREATE TRIGGER audit_change AFTER UPDATE OF user_agent, revoked_at ON sessions
  FOR EACH ROW EXECUTE FUNCTION app.audit_row('session', 'user_agent', 'revoked_at');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON sessions REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('session');
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON conversations REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('conversation');
--> statement-breakpoint
CREATE TRIGGER audit_change
  AFTER UPDATE OF title, system_prompt, metadata, tags, archived, pinned, deleted_at ON conversations
  FOR EACH ROW EXECUTE FUNCTION app.audit_row(
    'conversation', 'title', 'system_prompt', 'metadata', 'tags', 'archived', 'pinned', 'deleted_at');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON conversations REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('conversation');
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON messages REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('message');
--> statement-breakpoint
CREATE TRIGGER audit_change AFTER UPDATE OF role, content, metadata, deleted_at ON messages
  FOR EACH ROW EXECUTE FUNCTION app.audit_row('message', 'role', 'content', 'metadata', 'deleted_at');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON messages REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('message');
--> statement-breakpoint
CREATE TRIGGER audit_create AFTER INSERT ON chat_vectors REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('vector');
--> statement-breakpoint
CREATE TRIGGER audit_change AFTER UPDATE OF id, message_id, model, embedding, content, metadata ON chat_vectors
  FOR EACH ROW EXECUTE FUNCTION app.audit_row('vector', 'message_id', 'model', 'embedding', 'content', 'metadata');
--> statement-breakpoint
CREATE TRIGGER audit_purge AFTER DELETE ON chat_vectors REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION app.audit_rows('vector');
--> statement-breakpoint
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION app.introduce(uuid, text, text, text), app.begin_sign_in(uuid, text, text, text),
  app.begin_request(uuid, text, text, text, boolean) TO parley_app;
--> statement-breakpoint
GRANT SELECT ON audit_events TO parley_app;
--> statement-breakpoint
-- Purging accounts: what to find them by, to lock them by, and to delete.
GRANT SELECT (id, deleted_at, purge_after), UPDATE (purge_after), DELETE ON users TO parley_system;
--> statement-breakpoint
GRANT SELECT (user_id, id), DELETE ON sessions, conversations, audit_events TO parley_system;
--> statement-breakpoint
GRANT DELETE ON messages, chat_vectors TO parley_system;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON purge_receipts TO parley_system;
