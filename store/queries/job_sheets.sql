-- name: order
SELECT o.id, o.number, o.state, o.urgency, o.household_id, h.name AS household_name, h.timezone, h.contact,
       h.latitude, h.longitude, o.technician_id, coalesce(v.outlet_id, o.outlet_id) AS outlet_id, o.visit_starts,
       o.visit_ends, explain_order(o) AS explanation, o.field_note, o.version
FROM service_order o JOIN household h ON h.id = o.household_id LEFT JOIN technician v ON v.id = o.technician_id
WHERE o.id = %(order_id)s

-- name: tasks
SELECT t.id AS task_id, a.id AS appliance_id, a.kind, a.maker, a.model, a.serial, a.room, a.installed_on, a.firmware,
       a.facts, f.fault, f.urgency, f.probability, f.evidence, f.raised_at, f.fails_p10, t.action, t.minutes, t.outcome,
       t.found_fault, t.repaired, t.note
FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
WHERE t.order_id = %(order_id)s ORDER BY t.added_at, t.id

-- name: past
-- What happened to an appliance, newest first: visits with their cause codes, other work, findings that went away.
SELECT at, what, detail FROM (
    SELECT coalesce(t.reported_at, o.completed_at) AS at, 'visit' AS what,
           f.fault || ': ' || t.outcome || coalesce(' (' || t.found_fault || ')', '')
           || CASE WHEN t.note = '' THEN '' ELSE '. ' || t.note END AS detail
    FROM order_task t JOIN service_order o ON o.id = t.order_id JOIN finding f ON f.id = t.finding_id
    JOIN appliance a ON a.key = f.appliance_key
    WHERE a.id = %(appliance_id)s AND t.outcome IS NOT NULL
    UNION ALL
    SELECT s.at, 'work', s.action || CASE WHEN s.fault = '' THEN '' ELSE ' for ' || s.fault END
           || CASE WHEN s.part = '' THEN '' ELSE ', ' || s.part END
    FROM service s JOIN appliance a ON a.key = s.appliance_key
    WHERE a.id = %(appliance_id)s AND s.told_by NOT LIKE 'order %%'
    UNION ALL
    SELECT coalesce(f.cleared_at, f.raised_at), 'finding', f.fault || ': ' || f.state
    FROM finding f JOIN appliance a ON a.key = f.appliance_key
    WHERE a.id = %(appliance_id)s AND f.state IN ('resolved', 'dismissed')
) past WHERE at IS NOT NULL ORDER BY at DESC LIMIT 20

-- name: outcomes
-- What visits for a fault of a kind found.
SELECT t.outcome, t.found_fault, count(*)::int
FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
WHERE a.kind = %(kind)s AND f.fault = %(fault)s AND t.outcome IS NOT NULL GROUP BY t.outcome, t.found_fault

-- name: by_code
SELECT id, kind, maker, model, serial, room, household_id, installed_on, firmware, facts FROM appliance
WHERE serial = %(code)s OR id = %(code)s ORDER BY serial = %(code)s DESC NULLS LAST, id LIMIT 1

-- name: day
-- A technician's visits that are not over, by time.
SELECT o.id, o.number, o.state, o.urgency, h.name AS household_name, h.timezone, o.visit_starts, o.visit_ends,
       (SELECT count(*) FROM order_task t WHERE t.order_id = o.id)::int AS tasks
FROM service_order o JOIN household h ON h.id = o.household_id
WHERE o.technician_id = %(technician_id)s AND o.state IN ('scheduled', 'en_route', 'on_site')
ORDER BY o.visit_starts NULLS LAST, o.number LIMIT 50
