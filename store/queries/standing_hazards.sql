-- name: judge_anew
-- A safety rule speaks at the edges only. After finished work its finding says when a reading last showed the danger, so
-- that work that did not help is seen: the newest reading above a threshold whose alarm is on, or the newest trip. What is
-- said of a joint's resistance rests on days of readings, and is taken as shown a week earlier. Every ten minutes is
-- enough.
WITH latch AS (
    SELECT f.id, l.key, timestamptz 'epoch' + interval '1 microsecond' * CASE WHEN l.key = 'trips'
               THEN (l.value -> 'last' -> -1 ->> 0)::bigint ELSE (l.value ->> 'top')::bigint END AS at
    FROM finding f
    JOIN safety_state s ON s.appliance_key = f.appliance_key
    CROSS JOIN LATERAL jsonb_each(s.state) l
    JOIN (VALUES ('overload', 'overload'), ('leakage', 'earth_leakage'), ('contact', 'loose_contact'), ('flood', 'flood'),
                 ('trips', 'overheat_trips'), ('food', 'food_at_risk')) rule (latch, fault)
        ON rule.fault = f.fault AND rule.latch = split_part(l.key, '.', 1)
    WHERE f.cleared_at IS NULL AND f.state IN ('open', 'acknowledged') AND jsonb_typeof(l.value) = 'object'
      AND l.value ? 'on'
), shown AS (
    SELECT id, max(CASE WHEN key IN ('contact.power', 'contact.warn') THEN at - %(settles)s ELSE at END) AS at
    FROM latch GROUP BY id
)
UPDATE finding f SET judged_at = shown.at
FROM shown, order_task k, service_order o
WHERE f.id = shown.id AND k.finding_id = f.id AND o.id = k.order_id AND o.state = 'completed'
  AND shown.at > o.completed_data_at AND shown.at >= f.judged_at + interval '10 minutes'
