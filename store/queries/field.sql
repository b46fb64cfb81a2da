-- name: take
-- The first time an id is seen; a second one waits here until the first has committed.
INSERT INTO field_action (id, technician_id, order_id, kind, body, client_at, received_at, state)
VALUES (%(id)s, %(technician_id)s, %(order_id)s, %(kind)s, %(body)s, %(client_at)s, %(now)s, 'waiting')
ON CONFLICT (id) DO NOTHING RETURNING true

-- name: kept
SELECT id, technician_id, order_id, kind, body, client_at, received_at, state, detail, problem, settled_by, settled_at
FROM field_action WHERE id = %(id)s FOR UPDATE

-- name: decide
UPDATE field_action SET state = %(state)s, detail = %(detail)s, problem = %(problem)s WHERE id = %(id)s

-- name: waiting
SELECT id, technician_id, order_id, kind, body, client_at FROM field_action
WHERE order_id = %(order_id)s AND state = 'waiting' FOR UPDATE

-- name: page
-- Newest first.
SELECT id, technician_id, order_id, kind, body, client_at, received_at, state, detail, problem, settled_by, settled_at
FROM field_action
WHERE (%(after_at)s::timestamptz IS NULL OR (received_at, id) < (%(after_at)s, %(after_id)s::uuid))
  AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
  AND (%(technician)s::text IS NULL OR technician_id = %(technician)s)
  AND (%(order_id)s::uuid IS NULL OR order_id = %(order_id)s)
ORDER BY received_at DESC, id DESC LIMIT %(limit)s

-- name: settle
UPDATE field_action
SET state = 'settled', settled_by = %(actor)s, settled_at = %(now)s, detail = detail || ' Settled: ' || %(reason)s::text
WHERE id = %(id)s

-- name: has_technician
SELECT true FROM technician WHERE id = %(id)s

-- name: visit
-- The order as a report meets it, with the last word on why it is as it is.
SELECT o.number, o.state, o.technician_id,
       (SELECT concat_ws(': ', s.actor, nullif(s.reason, '')) FROM state_change s
        WHERE s.entity = 'order' AND s.entity_id = o.id ORDER BY s.id DESC LIMIT 1) AS why
FROM service_order o WHERE o.id = %(order_id)s FOR UPDATE

-- name: last_finish
-- When the work of the order was finished last; NULL: never.
SELECT max(at) FROM order_finish WHERE order_id = %(order_id)s

-- name: task
SELECT t.id, a.kind, f.fault, t.reported_at
FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
WHERE t.id = %(task_id)s AND t.order_id = %(order_id)s

-- name: report
UPDATE order_task
SET outcome = %(outcome)s, found_fault = %(found_fault)s, repaired = %(repaired)s, note = %(note)s,
    reported_by = %(reported_by)s, reported_at = %(at)s
WHERE id = %(task_id)s

-- name: note
UPDATE service_order SET field_note = concat_ws(E'\n', nullif(field_note, ''), %(text)s::text) WHERE id = %(order_id)s

-- name: unreported
SELECT f.fault FROM order_task t JOIN finding f ON f.id = t.finding_id
WHERE t.order_id = %(order_id)s AND t.outcome IS NULL ORDER BY t.added_at, t.id

-- name: held
-- What the task holds of this part.
SELECT id, quantity, place, state FROM part_reservation
WHERE task_id = %(task_id)s AND part_id = %(part_id)s AND state IN ('reserved', 'picked')
ORDER BY made_at LIMIT 1 FOR UPDATE

-- name: used
-- Pieces of a part that were used up at a task.
SELECT coalesce(sum(quantity), 0) FROM part_reservation
WHERE task_id = %(task_id)s AND part_id = %(part_id)s AND state = 'consumed'

-- name: left_over
SELECT r.id FROM part_reservation r JOIN order_task t ON t.id = r.task_id
WHERE t.order_id = %(order_id)s AND r.state IN ('reserved', 'picked') ORDER BY r.id FOR UPDATE OF r

-- name: finished
-- Tasks with a cause code of an order that is over, and what was used at them.
SELECT f.appliance_key, f.fault, t.found_fault, t.outcome, t.repaired, o.number, o.completed_data_at,
       coalesce((SELECT jsonb_agg(jsonb_build_array(coalesce(p.role, p.id), p.id) ORDER BY p.id)
                 FROM part_reservation r JOIN part p ON p.id = r.part_id
                 WHERE r.task_id = t.id AND r.state = 'consumed'), '[]')
FROM order_task t JOIN service_order o ON o.id = t.order_id JOIN finding f ON f.id = t.finding_id
WHERE o.id = %(order_id)s AND o.completed_data_at IS NOT NULL AND t.outcome IS NOT NULL

-- name: forget_services
-- What the order told before; it is told anew, as corrected.
DELETE FROM service WHERE told_by = 'order ' || %(number)s::text AND appliance_key = ANY(%(appliances)s)
