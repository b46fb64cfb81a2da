-- name: has_outlet
SELECT 1 FROM outlet WHERE id = %(id)s

-- name: has_technician
SELECT 1 FROM technician WHERE id = %(id)s

-- name: choose
UPDATE service_order
SET outlet_id = %(outlet_id)s, technician_id = %(technician_id)s, urgency = %(urgency)s, due_by = %(due_by)s
WHERE id = %(id)s

-- name: pin
INSERT INTO order_choice (order_id, choice, value, why, actor, by_person)
VALUES (%(id)s, %(choice)s, %(value)s, %(why)s, %(actor)s, true)

-- name: note
INSERT INTO state_change (entity, entity_id, from_state, to_state, actor, reason)
VALUES ('order', %(id)s, %(state)s, %(state)s, %(actor)s, %(reason)s)

-- name: open_lanes
SELECT lane FROM service_order
WHERE household_id = %(household_id)s AND state NOT IN ('completed', 'verified', 'declined', 'cancelled')

-- name: split
INSERT INTO service_order (household_id, lane, urgency, due_by, outlet_id, technician_id, explanation, created_at)
SELECT household_id, %(lane)s, %(urgency)s, due_by, outlet_id, technician_id, explanation, created_at
FROM service_order WHERE id = %(id)s RETURNING id

-- name: move_tasks
UPDATE order_task SET order_id = %(to)s WHERE id = ANY(%(ids)s)

-- name: touch
-- An order whose tasks changed is another version of it.
UPDATE service_order SET lane = lane WHERE id = ANY(%(ids)s)

-- name: merged
UPDATE service_order SET merged_into = %(into)s WHERE id = %(id)s

-- name: take_over
-- What joins may make an order more pressing, never less; not what a person fixed.
UPDATE service_order o
SET urgency = CASE WHEN %(urgency)s = 'urgent' AND NOT EXISTS (
                  SELECT FROM present_choice c WHERE c.order_id = o.id AND c.choice = 'urgency' AND c.by_person)
              THEN 'urgent' ELSE o.urgency END,
    due_by = CASE WHEN EXISTS (
                  SELECT FROM present_choice c WHERE c.order_id = o.id AND c.choice = 'due_by' AND c.by_person)
             THEN o.due_by ELSE least(o.due_by, %(due_by)s) END
WHERE id = %(id)s
