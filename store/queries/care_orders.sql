-- name: households_to_visit
-- Findings that somebody has to come for and that no order of work under way holds. A finding whose order a person
-- cancelled or declined rests for a while; one that became urgent since does not.
SELECT DISTINCT c.household_id FROM care_case c
WHERE (c.cleared_at IS NULL OR c.urgency = 'urgent') AND (c.urgency <> 'self' OR c.reminder_state = 'escalated')
  AND NOT EXISTS (SELECT FROM order_task t JOIN service_order o ON o.id = t.order_id
                  WHERE t.finding_id = c.finding_id AND o.state NOT IN ('completed', 'verified', 'declined', 'cancelled'))
UNION
-- An order that may still grow could take self-care along that nobody has done.
SELECT DISTINCT c.household_id
FROM care_case c JOIN service_order o ON o.household_id = c.household_id
WHERE c.urgency = 'self' AND c.cleared_at IS NULL AND o.state IN ('proposed', 'approved', 'offered', 'reopened')
  AND coalesce(c.reminder_state, '') NOT IN ('done', 'verified', 'escalated')
  AND NOT EXISTS (SELECT FROM order_task t WHERE t.finding_id = c.finding_id)
ORDER BY household_id

-- name: task_history
-- For each open finding of a household: the orders that hold or held it, and when people last refused one of them.
SELECT t.finding_id, o.state, o.completed_data_at,
       (SELECT max(s.at) FROM state_change s WHERE s.entity = 'order' AND s.entity_id = o.id
          AND s.to_state IN ('declined', 'cancelled')) AS refused_at,
       o.urgency, o.lane
FROM order_task t JOIN service_order o ON o.id = t.order_id JOIN care_case c ON c.finding_id = t.finding_id
WHERE o.household_id = %(household_id)s

-- name: lock_orders
-- The household's orders that are not over, oldest first; completed ones are not over until proved.
SELECT o.id, o.number, o.state, o.urgency, o.due_by, o.outlet_id, o.technician_id, o.completed_data_at, o.lane,
       ARRAY(SELECT c.choice FROM present_choice c WHERE c.order_id = o.id AND c.by_person)
FROM service_order o
WHERE o.household_id = %(household_id)s AND o.state NOT IN ('verified', 'declined', 'cancelled')
ORDER BY o.number FOR UPDATE OF o

-- name: tasks
SELECT t.order_id, t.id, f.id, f.appliance_key, a.kind, f.fault, f.urgency, f.state, f.judged_at, f.cleared_at,
       greatest(l.at, f.judged_at), t.along AND coalesce(r.state, '') <> 'escalated'
FROM order_task t
JOIN finding f ON f.id = t.finding_id
JOIN appliance a ON a.key = f.appliance_key
LEFT JOIN reminder r ON r.finding_id = f.id
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
INSERT INTO service_order (household_id, lane, urgency, due_by, outlet_id, technician_id, created_at)
VALUES (%(household_id)s, %(lane)s, %(urgency)s, %(due_by)s, %(outlet_id)s, %(technician_id)s, %(made_at)s)
RETURNING id

-- name: extend_order
-- What joins may make an order more pressing, never less.
UPDATE service_order
SET urgency = %(urgency)s, due_by = %(due_by)s, outlet_id = %(outlet_id)s, technician_id = %(technician_id)s
WHERE id = %(id)s

-- name: add_task
-- With the first job that it repeats: the same appliance and the same fault or part, done not long before (data time).
-- What people tell of names no fault: it repeats whatever was done to the appliance.
INSERT INTO order_task (order_id, finding_id, action, parts, minutes, along, explanation, added_at, repeats)
SELECT %(order_id)s, f.id, %(action)s, %(parts)s, %(minutes)s, %(along)s, %(explanation)s, %(made_at)s,
       (SELECT coalesce(before.repeats, before.id)
        FROM order_task before
        JOIN service_order o ON o.id = before.order_id AND o.state IN ('completed', 'verified')
        JOIN finding g ON g.id = before.finding_id AND g.appliance_key = f.appliance_key
        WHERE (g.fault = f.fault OR f.fault = 'breakdown' OR before.parts && %(parts)s::text[]
               OR EXISTS (SELECT FROM part_reservation used JOIN part p ON p.id = used.part_id
                          WHERE used.task_id = before.id AND used.state = 'consumed'
                            AND coalesce(p.role, p.id) = ANY(%(parts)s::text[])))
          AND before.outcome IS DISTINCT FROM 'no_fault_found' AND f.fault <> 'campaign_check'
          AND o.completed_data_at >= %(data_at)s::timestamptz - make_interval(days => %(repeat_days)s)
        ORDER BY o.completed_data_at, before.id LIMIT 1)
FROM finding f WHERE f.id = %(finding_id)s
ON CONFLICT (order_id, finding_id) DO NOTHING

-- name: add_choice
-- What was chosen and why; said again only if it has changed, and never over what a person chose.
INSERT INTO order_choice (order_id, choice, value, why, actor)
SELECT %(order_id)s, %(choice)s, %(value)s, %(why)s, %(actor)s
WHERE NOT EXISTS (SELECT FROM present_choice c
                  WHERE c.order_id = %(order_id)s AND c.choice = %(choice)s
                    AND (c.by_person OR (c.value IS NOT DISTINCT FROM %(value)s AND c.why = %(why)s)))

-- name: is_explained
SELECT true FROM present_choice WHERE order_id = %(order_id)s AND choice = %(choice)s

-- name: continue_task
-- The condition came back before anybody came: the same job, now for the new finding. An order of an older version tells
-- of it in its own text (migration 0227): that line, which begins alike, goes, so that nothing is told twice.
WITH old AS (
    UPDATE service_order o
    SET explanation = array_to_string(ARRAY(
        SELECT line FROM unnest(string_to_array(o.explanation, E'\n')) WITH ORDINALITY AS said (line, place)
        WHERE NOT starts_with(line, split_part(%(explanation)s, '. ', 1) || '. ') ORDER BY place), E'\n')
    FROM order_task t
    WHERE t.id = %(task_id)s AND o.id = t.order_id AND t.explanation = '' AND o.explanation <> ''
)
UPDATE order_task SET finding_id = %(finding_id)s, explanation = %(explanation)s WHERE id = %(task_id)s

-- name: note_change
-- An order that grows does not change its state, but who did it and why belongs to its history all the same.
INSERT INTO state_change (entity, entity_id, from_state, to_state, actor, reason)
VALUES ('order', %(id)s, %(state)s, %(state)s, %(actor)s, %(reason)s)
