-- name: page
-- Newest first; numbers only grow, so pages stay put while new orders are proposed.
SELECT o.id, o.number, o.household_id, h.name AS household_name, o.lane, o.state, o.urgency, o.due_by, o.outlet_id,
       o.technician_id, o.visit_starts, o.visit_ends, explain_order(o) AS explanation, o.created_at, o.completed_at,
       o.merged_into, o.version
FROM service_order o JOIN household h ON h.id = o.household_id
WHERE (%(after)s::bigint IS NULL OR o.number < %(after)s)
  AND (%(states)s::text[] IS NULL OR o.state = ANY(%(states)s))
  AND (%(urgencies)s::text[] IS NULL OR o.urgency = ANY(%(urgencies)s))
  AND (%(household)s::text IS NULL OR o.household_id = %(household)s)
  AND (%(technician)s::text IS NULL OR o.technician_id = %(technician)s)
  AND ((%(faults)s::text[] IS NULL AND %(kinds)s::text[] IS NULL) OR EXISTS (
      SELECT FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
      WHERE t.order_id = o.id AND (%(faults)s::text[] IS NULL OR f.fault = ANY(%(faults)s))
        AND (%(kinds)s::text[] IS NULL OR a.kind = ANY(%(kinds)s))))
ORDER BY o.number DESC LIMIT %(limit)s

-- name: one
SELECT o.id, o.number, o.household_id, h.name AS household_name, o.lane, o.state, o.urgency, o.due_by, o.outlet_id,
       o.technician_id, o.visit_starts, o.visit_ends, explain_order(o) AS explanation, o.created_at, o.completed_at,
       o.merged_into, o.version
FROM service_order o JOIN household h ON h.id = o.household_id WHERE o.id = %(id)s

-- name: tasks
SELECT t.id, t.order_id, t.finding_id, a.id AS appliance_id, a.kind, f.fault, f.urgency, f.state AS finding_state,
       f.probability, t.action, t.parts, t.minutes, t.along, first.number AS repeats_order, t.outcome, f.evidence,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'completed_at', e.completed_at, 'technician_id', e.technician_id, 'outcome', e.outcome,
                   'found_fault', e.found_fault, 'repaired', e.repaired, 'note', e.note) ORDER BY e.round), '[]')
        FROM task_report e WHERE e.task_id = t.id) AS earlier
FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
LEFT JOIN order_task r ON r.id = t.repeats
LEFT JOIN service_order first ON first.id = r.order_id
WHERE t.order_id = ANY(%(orders)s) ORDER BY t.added_at, t.id

-- name: choices
SELECT order_id, choice, value, why, actor, by_person, at FROM present_choice
WHERE order_id = ANY(%(orders)s) ORDER BY array_position(
    ARRAY['lane', 'tasks', 'urgency', 'due_by', 'outlet', 'technician', 'slots', 'hours'], choice)

-- name: book
UPDATE service_order
SET technician_id = %(technician_id)s, outlet_id = %(outlet_id)s, visit_starts = %(starts)s, visit_ends = %(ends)s
WHERE id = %(id)s

-- name: technician
-- Locked as guard_slot will lock it: two who share the row first would each wait for the other to let go.
SELECT name, outlet_id, skills, active FROM technician WHERE id = %(id)s FOR UPDATE

-- name: able
-- Who could do the work at all.
SELECT id FROM technician WHERE active AND skills @> %(kinds)s::text[] ORDER BY id LIMIT 5

-- name: booked
-- The first order of the technician that overlaps the slot.
SELECT number, visit_starts, visit_ends FROM service_order
WHERE technician_id = %(technician_id)s AND id <> %(id)s AND state IN ('scheduled', 'en_route', 'on_site')
  AND visit_starts < %(ends)s AND visit_ends > %(starts)s
ORDER BY visit_starts LIMIT 1

-- name: able_and_free
-- Who could do it instead.
SELECT t.id FROM technician t
WHERE t.id = ANY(%(working)s) AND t.skills @> %(kinds)s::text[]
  AND NOT EXISTS (SELECT FROM service_order o WHERE o.technician_id = t.id AND o.id <> %(id)s
                  AND o.state IN ('scheduled', 'en_route', 'on_site')
                  AND o.visit_starts < %(ends)s AND o.visit_ends > %(starts)s)
  AND NOT EXISTS (SELECT FROM technician_absence a WHERE a.technician_id = t.id
                  AND a.starts < %(ends)s AND a.ends > %(starts)s)
ORDER BY t.id LIMIT 5

-- name: away
-- The first absence of the technician that overlaps the slot.
SELECT starts, ends, reason FROM technician_absence
WHERE technician_id = %(technician_id)s AND starts < %(ends)s AND ends > %(starts)s
ORDER BY starts LIMIT 1

-- name: outcome
UPDATE order_task SET outcome = %(outcome)s WHERE id = %(task_id)s AND order_id = %(id)s

-- name: other_open
SELECT number FROM service_order
WHERE (household_id, lane) = (SELECT household_id, lane FROM service_order WHERE id = %(id)s) AND id <> %(id)s
  AND state = ANY(%(open_states)s) LIMIT 1
