-- Brings a conversation to the list of messages that a client holds: a path, each message after the one before it. A message is
-- looked up by the id that the client gives it, among those that follow the same parent; the first one anywhere, as a client may
-- hold only the end of a chat. What differs from all of them is new, and so is all that follows it: one branch
-- (docs/decisions/039-save-a-chat.md). Called under the lock on the conversation; its counters are the caller's.
-- `given`: objects with `position` (1, 2, 3 …), `id`, `role`, `parts`, and where sent `content`, `attachments`, `reasoning`,
-- `status`, `model`, `usage` and `metadata`. `text` is what the parts say, left out where it is that of the only text part.
-- Of what is written it also returns what is said, and of new messages by whom, and the branch. `is_queued`: text or status are new; `is_new_text`: there
-- was another one before.
-- `timeout_minutes`: an `in_progress` message that is older counts as failed.
CREATE OR REPLACE FUNCTION app.save_chat(owner uuid, conversation text, given jsonb, timeout_minutes int)
  RETURNS TABLE (place int, sent text, stored text, outcome text, said_by text, said text, said_status text, in_branch int, is_new_text boolean,
    is_queued boolean)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = 'off'
  AS $$
DECLARE
  awaits constant jsonpath := '$[*] ? ((@.type == "dynamic-tool" || @.type starts with "tool-") && (@.preliminary == true ||
    @.state == "input-streaming" || @.state == "input-available" || @.state == "approval-requested" || @.state == "approval-responded"))';
  last_may_go_on constant jsonpath := '$[last] ? (@.type == "dynamic-tool" || @.type starts with "tool-" || @.state == "streaming")';
  -- Of one id below one parent: older ones are not looked at.
  most_variants constant int := 20;
  -- What is looked at closely, or changed, which costs twice as much (docs/decisions/035-request-cost.md).
  most_effort constant int := 300;
  effort int := 0;
  chat record;
  message jsonb;
  others constant text[] := ARRAY['status', 'content', 'attachments', 'reasoning', 'model', 'usage'];
  -- Of each message of the list that is there as it was sent; null for the others.
  same_branches int[];
  same_depths int[];
  known record;
  -- What the list says is before the message, and the message that this is.
  before text;
  parent text;
  parent_branch int;
  parent_depth int := 0;
  first_new int;
  own_branch int;
BEGIN
  SELECT c.user_id, c.id, c.last_seq, c.last_branch INTO chat
  FROM public.conversations c WHERE c.user_id = owner AND c.id = conversation;
  -- Nearly all of a list is there as it was sent: where it follows the message before it, each in its place. One look for all of them.
  SELECT array_agg(m.branch ORDER BY g.n), array_agg(m.depth ORDER BY g.n) INTO same_branches, same_depths
  FROM (
    SELECT e.n, e.element, e.element ->> 'id' AS id, lag(e.element ->> 'id') OVER (ORDER BY e.n) AS parent_id
    FROM jsonb_array_elements(given) WITH ORDINALITY AS e (element, n)) g
  LEFT JOIN LATERAL (
    SELECT m.branch, m.depth FROM public.messages m
    WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = g.id
      AND (g.n = 1 OR m.parent_id = g.parent_id) AND m.deleted_at IS NULL AND m.status <> 'in_progress'
      AND m.role = g.element ->> 'role' AND g.element -> 'parts' = CASE WHEN m.parts IS NOT NULL THEN m.parts WHEN m.content = '' THEN '[]'
        ELSE jsonb_build_array(jsonb_build_object('type', 'text', 'text', m.content)) END
      AND (NOT g.element ?| others OR
        (NOT g.element ? 'status' OR m.status = g.element ->> 'status')
        AND (NOT g.element ? 'content' OR m.content = g.element ->> 'content')
        AND (NOT g.element ? 'attachments' OR coalesce(m.attachments, '[]') = g.element -> 'attachments')
        AND (NOT g.element ? 'reasoning' OR m.reasoning IS NOT DISTINCT FROM g.element ->> 'reasoning')
        AND (NOT g.element ? 'model' OR m.model IS NOT DISTINCT FROM g.element ->> 'model')
        AND (NOT g.element ? 'usage' OR m.usage IS NOT DISTINCT FROM nullif(g.element -> 'usage', 'null')))
      AND NOT EXISTS (
        SELECT FROM public.messages s WHERE s.user_id = owner AND s.conversation_id = conversation AND s.sent_id = g.id)
    OFFSET 0) m ON true;
  FOR message IN SELECT element FROM jsonb_array_elements(given) WITH ORDINALITY AS e (element, n) ORDER BY n LOOP
    place := message -> 'position';
    sent := message ->> 'id';
    outcome := 'unchanged';
    is_new_text := false;
    is_queued := false;
    IF same_branches[place] IS NOT NULL AND parent IS NOT DISTINCT FROM before THEN
      stored := sent;
      parent := sent;
      before := sent;
      parent_branch := same_branches[place];
      parent_depth := same_depths[place];
      RETURN NEXT;
      CONTINUE;
    END IF;
    before := sent;
    SELECT m.id, m.parent_id, m.branch, m.depth, m.content, m.status, m.is_live, m.new_status,
      m.is_live AND (m.is_open OR m.is_same) AS is_extended, NOT m.is_live AND (m.is_open OR m.is_wiped) AS stays_deleted,
      m.is_beginning OR m.is_same AND m.status = m.new_status AS is_equal, m.differing
    INTO known
    FROM (
      SELECT o.*, o.deleted_at IS NULL AS is_live, o.deleted_at IS NOT NULL AND o.purge_after IS NULL AS is_wiped,
        CASE WHEN message ? 'status' THEN message ->> 'status'
          WHEN o.status = 'in_progress' AND place = jsonb_array_length(given) AND NOT coalesce(message -> 'parts' @? awaits, false)
            THEN 'complete'
          ELSE o.status END AS new_status,
        o.role = message ->> 'role' AND message -> 'parts' = o.parts
          AND (NOT message ? 'content' OR o.content = message ->> 'content')
          -- What others have noted of a finished message stays.
          AND (NOT message ? 'metadata' OR NOT o.is_open
            OR o.metadata = message -> 'metadata' AND (o.has_metadata OR o.status <> 'in_progress'))
          AND (NOT message ? 'attachments' OR coalesce(o.attachments, '[]') = message -> 'attachments')
          AND (NOT message ? 'reasoning' OR o.reasoning IS NOT DISTINCT FROM message ->> 'reasoning')
          AND (NOT message ? 'model' OR o.model IS NOT DISTINCT FROM message ->> 'model')
          AND (NOT message ? 'usage' OR o.usage IS NOT DISTINCT FROM nullif(message -> 'usage', 'null')) AS is_same
      FROM (
        SELECT f.*,
          f.role = message ->> 'role' AND (f.status = 'in_progress'
            -- A tool may still answer; a model may continue after a tool's answer, or after a page has disconnected.
            OR CASE WHEN f.parts @? awaits OR f.parts @? last_may_go_on THEN app.begins(f.parts, message -> 'parts')
              AND (message -> 'parts' <> f.parts OR message ->> 'status' = 'in_progress') ELSE false END) AS is_open,
          -- What a client that has left too early holds of an answer, or sends too late.
          CASE WHEN f.role = 'assistant' AND message ->> 'role' = 'assistant' AND message -> 'parts' <> f.parts
              AND (NOT message ? 'status' OR message ->> 'status' = 'in_progress' AND f.status <> 'in_progress')
            THEN app.begins(message -> 'parts', f.parts) AND NOT app.begins(f.parts, message -> 'parts') ELSE false END AS is_beginning,
          place = jsonb_array_length(given) AND f.status = 'in_progress' AND f.content <> '' AND starts_with(coalesce(message ->> 'content', message ->> 'text',
            jsonb_path_query_first(message -> 'parts', '$[*] ? (@.type == "text").text') #>> '{}', ''), f.content) AS goes_on,
          count(*) FILTER (WHERE f.parts <> message -> 'parts') OVER () AS differing,
          -- Of several equal candidates, the one whose child is the next message of the list.
          CASE WHEN count(*) OVER () > 1 THEN EXISTS (
            SELECT FROM public.messages c WHERE c.user_id = owner AND c.conversation_id = conversation AND c.parent_id = f.id
              AND given -> place ->> 'id' IN (c.id, c.sent_id)) ELSE false END AS leads_on
        FROM (
          SELECT i.id, i.parent_id, i.branch, i.depth, i.seq, i.role, i.content, i.attachments, i.reasoning, i.model, i.usage,
            i.metadata, i.has_metadata, i.deleted_at, i.purge_after,
            CASE WHEN i.parts IS NOT NULL THEN i.parts WHEN i.content = '' THEN '[]'
              ELSE jsonb_build_array(jsonb_build_object('type', 'text', 'text', i.content)) END AS parts,
            CASE WHEN i.status = 'in_progress' AND i.updated_at <= now() - make_interval(mins => timeout_minutes)
              THEN 'failed' ELSE i.status END AS status
          FROM (
            SELECT m.* FROM public.messages m
            WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = sent
            UNION ALL
            SELECT m.* FROM public.messages m
            WHERE m.user_id = owner AND m.conversation_id = conversation AND m.sent_id = sent) i
          -- A list shows nothing of the deleted messages in between.
          WHERE CASE WHEN place = 1 OR i.parent_id IS NOT DISTINCT FROM parent THEN true ELSE EXISTS (
            WITH RECURSIVE gone AS (
              SELECT p.parent_id FROM public.messages p
              WHERE p.user_id = owner AND p.conversation_id = conversation AND p.id = i.parent_id AND p.deleted_at IS NOT NULL
              UNION ALL
              SELECT p.parent_id FROM gone JOIN public.messages p
                ON p.user_id = owner AND p.conversation_id = conversation AND p.id = gone.parent_id AND p.deleted_at IS NOT NULL)
            SELECT FROM gone WHERE gone.parent_id IS NOT DISTINCT FROM parent) END
          ORDER BY i.seq DESC LIMIT most_variants) f OFFSET 0) o OFFSET 0) m
    ORDER BY m.is_live AND m.goes_on DESC, is_equal DESC, m.is_live DESC, m.is_open OR m.is_wiped DESC, m.leads_on DESC, m.seq DESC LIMIT 1;
    IF FOUND THEN
      effort := effort + known.differing;
    END IF;
    IF effort > most_effort THEN
      RAISE EXCEPTION 'too many messages differ' USING ERRCODE = 'check_violation', CONSTRAINT = 'messages_effort_check';
    END IF;
    IF NOT FOUND OR NOT (known.is_equal OR known.is_extended OR known.stays_deleted) THEN
      IF place = 1 AND FOUND THEN
        parent := known.parent_id;
      END IF;
      first_new := place;
      EXIT;
    END IF;
    IF known.is_extended AND NOT known.is_equal THEN
      outcome := 'updated';
      effort := effort + 2;
      UPDATE public.messages m
      SET parts = message -> 'parts', content = coalesce(message ->> 'content', message ->> 'text',
          jsonb_path_query_first(message -> 'parts', '$[*] ? (@.type == "text").text') #>> '{}', ''),
        attachments = CASE WHEN message ? 'attachments' THEN message -> 'attachments' ELSE m.attachments END,
        reasoning = CASE WHEN message ? 'reasoning' THEN message ->> 'reasoning' ELSE m.reasoning END,
        model = CASE WHEN message ? 'model' THEN message ->> 'model' ELSE m.model END,
        usage = CASE WHEN message ? 'usage' THEN nullif(message -> 'usage', 'null') ELSE m.usage END,
        metadata = CASE WHEN message ? 'metadata' THEN message -> 'metadata' ELSE m.metadata END,
        has_metadata = m.has_metadata OR message ? 'metadata',
        status = known.new_status, updated_at = now(), version = m.version + 1
      WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = known.id
      RETURNING m.content, m.status, m.content <> known.content, m.content <> known.content OR m.status <> known.status
      INTO said, said_status, is_new_text, is_queued;
    END IF;
    stored := known.id;
    parent := known.id;
    parent_branch := known.branch;
    parent_depth := known.depth;
    RETURN NEXT;
  END LOOP;
  IF first_new IS NULL THEN
    RETURN;
  END IF;

  IF first_new = 1 AND parent IS NOT NULL THEN
    SELECT m.branch, m.depth INTO parent_branch, parent_depth FROM public.messages m
    WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = parent;
  END IF;
  -- The first message to follow another continues its branch.
  own_branch := CASE WHEN parent IS NOT NULL AND NOT EXISTS (
      SELECT FROM public.messages m WHERE m.user_id = owner AND m.conversation_id = conversation
        AND m.branch = parent_branch AND m.depth > parent_depth)
    THEN parent_branch ELSE chat.last_branch + 1 END;
  RETURN QUERY
    WITH news AS MATERIALIZED (
      SELECT g.*, CASE WHEN EXISTS (
          SELECT FROM public.messages m WHERE m.user_id = owner AND m.conversation_id = conversation AND m.id = g.id)
        THEN app.uuid_v7()::text ELSE g.id END AS new_id,
        coalesce(g.content, g.text, jsonb_path_query_first(g.parts, '$[*] ? (@.type == "text").text') #>> '{}', '') AS new_content,
        g.position - first_new + 1 AS below
      FROM jsonb_to_recordset(given) AS g (position int, id text, role text, content text, text text, parts jsonb, attachments jsonb,
        reasoning text, status text, model text, usage jsonb, metadata jsonb)
      WHERE g.position >= first_new
    ), added AS (
      INSERT INTO public.messages (user_id, conversation_id, id, sent_id, seq, parent_id, branch, depth, role, content, parts,
        attachments, reasoning, status, model, usage, metadata, has_metadata)
      SELECT chat.user_id, chat.id, n.new_id, nullif(n.id, n.new_id), chat.last_seq + n.below,
        coalesce(lag(n.new_id) OVER (ORDER BY n.position), parent), own_branch, parent_depth + n.below, n.role, n.new_content,
        n.parts, n.attachments, n.reasoning, coalesce(n.status, 'complete'), n.model, nullif(n.usage, 'null'), coalesce(n.metadata, '{}'),
        n.metadata IS NOT NULL
      FROM news n ORDER BY n.position)
    SELECT n.position, n.id, n.new_id, 'created', n.role, n.new_content, coalesce(n.status, 'complete'), own_branch, false, true FROM news n ORDER BY n.position;
END
$$;
REVOKE ALL ON FUNCTION app.save_chat(uuid, text, jsonb, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.save_chat(uuid, text, jsonb, int) TO parley_app;
