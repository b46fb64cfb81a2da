-- name: things
SELECT a.id, a.kind, a.room, concat_ws(' ', a.maker, a.model) AS model,
       coalesce(h.contact ->> 'language', 'en') AS language,
       EXISTS (SELECT FROM finding f WHERE f.appliance_key = a.key AND f.fault = %(fault)s
                 AND f.state IN ('open', 'acknowledged') AND f.cleared_at IS NULL) AS broken,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(f.fault, f.urgency) ORDER BY f.raised_at, f.id), '[]') FROM finding f
        WHERE f.appliance_key = a.key AND f.state IN ('open', 'acknowledged') AND f.cleared_at IS NULL) AS findings
FROM appliance a JOIN household h ON h.id = a.household_id
WHERE a.household_id = %(household_id)s AND a.claimed ORDER BY a.kind, a.room, a.id

-- name: appliance
SELECT key, kind, claimed FROM appliance WHERE id = %(id)s FOR NO KEY UPDATE

-- name: end_repaired
-- A breakdown that was told again after the work (judged later) stays: then the work did not help.
UPDATE finding f SET cleared_at = o.completed_data_at, judged_at = greatest(f.judged_at, o.completed_data_at)
FROM order_task t JOIN service_order o ON o.id = t.order_id
WHERE t.finding_id = f.id AND f.fault = %(fault)s AND f.cleared_at IS NULL
  AND f.state IN ('open', 'acknowledged') AND o.state = 'completed' AND f.judged_at <= o.completed_data_at
