-- Why somebody comes is told finding by finding. Kept as one text with the order, the paragraph of a finding stayed when
-- its task went to another order, and was missing there. What older orders say stays with them as it is.
ALTER TABLE order_task ADD COLUMN explanation text NOT NULL DEFAULT '';

CREATE FUNCTION explain_order(o service_order) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(E'\n', nullif(o.explanation, ''),
                     (SELECT string_agg(t.explanation, E'\n' ORDER BY t.added_at, t.id)
                      FROM order_task t WHERE t.order_id = o.id AND t.explanation <> ''))
$$;
