-- What a text must hold, and must not, to be found at all; null where anything will do. See app.keyword_search.
CREATE OR REPLACE FUNCTION app.query_conditions(asked jsonb, OUT required tsquery, OUT excluded tsquery)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  goes_on boolean := coalesce((asked ->> 'prefix')::boolean, false);
BEGIN
  -- Of a word any form will do.
  SELECT string_agg('(' || one || ')', ' & ')::tsquery INTO required FROM (
    SELECT string_agg('(' || coalesce(word.query, app.phrase_of(alternative)::text) || ')', ' | ') AS one
    FROM jsonb_array_elements(asked -> 'required') WITH ORDINALITY AS groups (alternatives, number)
    CROSS JOIN LATERAL jsonb_array_elements_text(alternatives) alternative
    LEFT JOIN LATERAL (
      SELECT min(w.query::text) AS query FROM app.query_words(alternative, goes_on AND right(asked ->> 'text', length(alternative)) = alternative) w
      WHERE kind <> 'part' HAVING count(*) = 1) word ON alternative !~ '\s'
    GROUP BY number
    UNION ALL
    SELECT w.query::text FROM (
      SELECT query, kind, bool_or(kind = 'word') OVER () AS says_something FROM app.query_words(asked ->> 'text', goes_on) WHERE (asked ->> 'all')::boolean) w
    WHERE w.kind = CASE WHEN w.says_something THEN 'word' ELSE 'stop' END
      -- Of those with OR between them one will do.
      AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(asked -> 'required') alternatives CROSS JOIN LATERAL jsonb_array_elements_text(alternatives) alternative
        CROSS JOIN LATERAL app.query_words(alternative, goes_on AND right(asked ->> 'text', length(alternative)) = alternative) other
        WHERE jsonb_array_length(alternatives) > 1 AND other.query::text = w.query::text)) conditions;
  -- `tar -xzf` finds the texts with that flag: they have the word, too, but as a part of it.
  SELECT string_agg('(' || app.phrase_of(one)::text || CASE WHEN one ~ '^[[:alnum:]]+$' THEN ' & !' || app.as_term('-' || lower(one))::text ELSE '' END || ')', ' | ')::tsquery
  INTO excluded FROM jsonb_array_elements_text(asked -> 'excluded') one;
END
$$;
REVOKE ALL ON FUNCTION app.query_conditions(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.query_conditions(jsonb) TO parley_app, parley_system;
