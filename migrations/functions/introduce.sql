-- Who asks, by which sign-in, from where. The settings last until the transaction's end and no longer, as Neon's proxy hands
-- the connection to the next request as it is. random_page_cost: a page of rows is read through the index whatever the
-- planner believes about a conversation's length.
CREATE OR REPLACE FUNCTION app.introduce(asking_user uuid, sign_in text, request_id text, address text) RETURNS void
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM set_config('app.user_id', asking_user::text, true), set_config('app.sign_in_id', sign_in, true),
    set_config('app.request_id', request_id, true), set_config('app.address', coalesce(address, ''), true),
    set_config('random_page_cost', '1.1', true);
END
$$;
REVOKE ALL ON FUNCTION app.introduce(uuid, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.introduce(uuid, text, text, text) TO parley_app;
