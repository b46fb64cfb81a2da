-- name: services
-- Finished orders with what people and telemetry said afterwards; month, outlet and technician are those of the first
-- finish: whoever had to come again for somebody else did not fail to settle it in one visit.
SELECT o.id::text AS order_id, date_trunc('month', e.at AT TIME ZONE 'UTC')::date AS month,
       h.region, coalesce(e.outlet_id, 'none') AS outlet, coalesce(e.technician_id, 'none') AS technician,
       ARRAY(SELECT DISTINCT coalesce(nullif(concat_ws(' ', a.maker, a.model), ''), a.kind)
             FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
             WHERE t.order_id = o.id) AS models,
       (SELECT count(*) FROM order_finish n WHERE n.order_id = o.id)::int AS completions,
       o.state = 'verified' AS verified,
       e.reopened,
       EXISTS (SELECT FROM finished_work w WHERE w.order_id = o.id AND w.repeated) AS repeated,
       -- A check that was agreed in a campaign predicts nothing, so finding nothing misjudges nothing.
       ARRAY(SELECT said.outcome
             FROM order_task t JOIN finding f ON f.id = t.finding_id AND f.fault <> 'campaign_check'
             CROSS JOIN LATERAL (SELECT t.outcome UNION ALL
                                 SELECT b.outcome FROM task_report b WHERE b.task_id = t.id) said
             WHERE t.order_id = o.id AND said.outcome IS NOT NULL) AS outcomes,
       r.stars,
       EXISTS (SELECT FROM opinion p WHERE p.order_id = o.id AND p.kind = 'complaint') AS complained,
       coalesce(r.stars <= %(discontent_stars)s, false)
           OR EXISTS (SELECT FROM opinion p JOIN state_change s ON s.entity = 'opinion' AND s.entity_id = p.id
                      WHERE p.order_id = o.id AND s.from_state = 'handled' AND s.to_state = 'recorded')
           OR EXISTS (SELECT FROM obligation b
                      WHERE b.order_id = o.id AND b.kind = 'follow_up' AND b.answer = 'problem') AS discontent,
       (SELECT coalesce(sum(v.quantity), 0) FROM part_reservation v JOIN order_task t ON t.id = v.task_id
        WHERE t.order_id = o.id AND v.state = 'consumed')::int AS parts_used,
       (SELECT coalesce(sum(v.quantity), 0) FROM part_reservation v JOIN order_task t ON t.id = v.task_id
        WHERE t.order_id = o.id AND v.state = 'returned')::int AS parts_returned
FROM finished_work e
JOIN service_order o ON o.id = e.order_id
JOIN home_place h ON h.id = o.household_id
LEFT JOIN rating r ON r.order_id = o.id
WHERE e.round = 1 AND e.at >= %(since)s AND e.at < %(until)s
ORDER BY o.number

-- name: omissions
-- Without breakdowns that somebody looked at and dismissed as none.
SELECT m.kind, m.household_id, h.region, m.outlet_id AS outlet, m.technician_id AS technician, m.model,
       to_char(m.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, m.order_id, m.finding_id, m.at, m.why
FROM omission m JOIN home_place h ON h.id = m.household_id
LEFT JOIN finding f ON f.id = m.finding_id
WHERE f.state IS DISTINCT FROM 'dismissed' AND m.at >= %(since)s AND m.at < %(until)s ORDER BY m.at, m.id

-- name: breakdowns
-- Breakdowns that telemetry showed since %(since)s and nobody has looked at yet, with what was said of the appliance before.
-- Of telemetry that came late or is replayed the clock is its own, else that on the wall.
SELECT f.id AS finding_id, a.household_id, coalesce(nullif(concat_ws(' ', a.maker, a.model), ''), a.kind) AS model, f.fault,
       f.raised_at, c.broke_at, coalesce(before.faults, '{}') AS earlier_faults, coalesce(before.times, '{}') AS earlier_times
FROM finding f JOIN appliance a ON a.key = f.appliance_key AND a.claimed
CROSS JOIN LATERAL (SELECT f.raised_at - f.first_judged_at > %(late)s AS late) l
CROSS JOIN LATERAL (SELECT CASE WHEN l.late THEN f.first_judged_at ELSE f.raised_at END AS broke_at) c
LEFT JOIN LATERAL (SELECT array_agg(e.fault ORDER BY e.id) AS faults, array_agg(s.at ORDER BY e.id) AS times
                   FROM finding e
                   CROSS JOIN LATERAL (SELECT CASE WHEN l.late THEN coalesce(e.first_judged_at, e.raised_at)
                                                   ELSE e.raised_at END AS at) s
                   WHERE e.appliance_key = f.appliance_key AND s.at < c.broke_at) before ON true
WHERE f.fault = ANY(%(faults)s) AND f.raised_at >= %(since)s AND f.state <> 'dismissed'
  AND NOT EXISTS (SELECT FROM omission m WHERE m.finding_id = f.id)

-- name: open_orders
SELECT o.id AS order_id, o.household_id, o.outlet_id, o.technician_id, o.due_by, o.visit_ends, o.created_at
FROM service_order o
WHERE o.state IN ('proposed', 'approved', 'offered', 'confirmed', 'scheduled', 'en_route', 'on_site', 'reopened')
  AND o.due_by < %(due_before)s AND NOT EXISTS (SELECT FROM omission m WHERE m.order_id = o.id)

-- name: waiting_orders
-- Whose owner is to be called about a time anyway is on the list already.
SELECT o.id AS order_id, o.household_id, o.state, o.urgency = 'urgent' AS urgent, o.due_by, o.visit_ends, o.created_at,
       (SELECT b.since FROM obligation b WHERE b.order_id = o.id AND b.kind = 'consent'
          AND b.state IN ('open', 'asked', 'reminded')) AS offered_at
FROM service_order o
WHERE o.state IN ('proposed', 'approved', 'offered', 'confirmed', 'scheduled', 'en_route', 'on_site', 'reopened')
  AND (o.due_by < %(due_before)s OR o.visit_ends < %(ended_before)s)
  AND NOT EXISTS (SELECT FROM obligation b WHERE b.order_id = o.id
                    AND (b.kind = 'call_back' AND (b.state NOT IN ('met', 'void') OR b.since > %(not_told_since)s)
                         OR b.kind = 'consent' AND b.state = 'to_call'))
ORDER BY o.due_by, o.number

-- name: add_breakdown
INSERT INTO omission (kind, finding_id, household_id, model, at, why)
VALUES ('breakdown_not_predicted', %(finding_id)s, %(household_id)s, %(model)s, %(at)s, %(why)s) ON CONFLICT DO NOTHING

-- name: add_dropped
INSERT INTO omission (kind, order_id, household_id, outlet_id, technician_id, at, why)
VALUES ('order_dropped', %(order_id)s, %(household_id)s, %(outlet_id)s, %(technician_id)s, %(at)s, %(why)s)
ON CONFLICT DO NOTHING
