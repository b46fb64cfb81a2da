-- name: households_to_visit
-- Findings that somebody has to come for and that no order of work under way holds. A finding whose order a person
-- cancelled or declined rests for a while; one that became urgent since does not.
SELECT DISTINCT c.household_id FROM care_case c
WHERE (c.cleared_at IS NULL OR c.urgency = 'urgent') AND (c.urgency <> 'self' OR c.reminder_state = 'escalated')
  AND NOT EXISTS (SELECT FROM order_task t JOIN service_order o ON o.id = t.order_id
                  WHERE t.finding_id = c.finding_id AND o.state NOT IN ('completed', 'verified', 'declined', 'cancelled'))
ORDER BY c.household_id

-- name: task_history
-- For each open finding of a household: the orders that hold or held it, and when people last refused one of them.
SELECT t.finding_id, o.state, o.completed_data_at,
       (SELECT max(s.at) FROM state_change s WHERE s.entity = 'order' AND s.entity_id = o.id
          AND s.to_state IN ('declined', 'cancelled')) AS refused_at,
       o.urgency
FROM order_task t JOIN service_order o ON o.id = t.order_id JOIN care_case c ON c.finding_id = t.finding_id
WHERE o.household_id = %(household_id)s

-- name: lock_orders
-- The household's orders that are not over, oldest first; completed ones are not over until proved.
SELECT id, number, state, urgency, due_by, outlet_id, technician_id, completed_data_at
FROM service_order
WHERE household_id = %(household_id)s AND state NOT IN ('verified', 'declined', 'cancelled')
ORDER BY number FOR UPDATE

-- name: tasks
SELECT t.order_id, t.id, f.id, f.appliance_key, a.kind, f.fault, f.urgency, f.state, f.judged_at, f.cleared_at,
       greatest(l.at, f.judged_at)
FROM order_task t
JOIN finding f ON f.id = t.finding_id
JOIN appliance a ON a.key = f.appliance_key
LEFT JOIN latest_values l ON l.appliance_key = f.appliance_key
WHERE t.order_id = ANY(%(order_ids)s) AND a.kind IS NOT NULL ORDER BY t.added_at, t.id

-- name: outlets
SELECT id, latitude, longitude FROM outlet ORDER BY id

-- name: technicians
SELECT t.id, t.outlet_id, t.skills,
       (SELECT count(*) FROM service_order o WHERE o.technician_id = t.id
          AND o.state NOT IN ('completed', 'verified', 'declined', 'cancelled'))
FROM technician t WHERE t.active ORDER BY t.id

-- name: add_order
INSERT INTO service_order (household_id, urgency, due_by, outlet_id, technician_id, explanation)
VALUES (%(household_id)s, %(urgency)s, %(due_by)s, %(outlet_id)s, %(technician_id)s, %(explanation)s)
RETURNING id

-- name: extend_order
-- What joins may make an order more pressing, never less.
UPDATE service_order
SET urgency = %(urgency)s, due_by = %(due_by)s, outlet_id = %(outlet_id)s, technician_id = %(technician_id)s,
    explanation = CASE WHEN explanation = '' THEN '' ELSE explanation || E'\n' END || %(explanation)s
WHERE id = %(id)s

-- name: add_task
INSERT INTO order_task (order_id, finding_id, action, parts, minutes)
VALUES (%(order_id)s, %(finding_id)s, %(action)s, %(parts)s, %(minutes)s)
ON CONFLICT (order_id, finding_id) DO NOTHING

-- name: continue_task
-- The condition came back before anybody came: the same job, now for the new finding.
UPDATE order_task SET finding_id = %(finding_id)s WHERE id = %(task_id)s

-- name: note_change
-- An order that grows does not change its state, but who did it and why belongs to its history all the same.
INSERT INTO state_change (entity, entity_id, from_state, to_state, actor, reason)
VALUES ('order', %(id)s, %(state)s, %(state)s, %(actor)s, %(reason)s)
