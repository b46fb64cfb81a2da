-- name: add
INSERT INTO visit_plan (kind, state, starts, ends, settings, made_by, made_at)
VALUES (%(kind)s, %(state)s, %(starts)s, %(ends)s, %(settings)s, %(made_by)s, %(made_at)s) RETURNING id

-- name: take_request
-- The oldest that somebody asked for; one that was being planned by a process which died is taken up again.
UPDATE visit_plan SET state = 'planning'
WHERE id = (SELECT id FROM visit_plan WHERE state IN ('requested', 'planning') AND kind = 'days'
            ORDER BY made_at, number LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id

-- name: last_digest
-- What the newest plan of days was made from, and when.
SELECT digest, made_at FROM visit_plan WHERE kind = 'days' AND state IN ('draft', 'accepted', 'discarded')
ORDER BY number DESC LIMIT 1

-- name: tell_progress
UPDATE visit_plan SET progress = progress || %(step)s WHERE id = %(id)s AND state = 'planning'

-- name: write
UPDATE visit_plan
SET state = %(state)s, starts = %(starts)s, ends = %(ends)s, digest = %(digest)s, figures = %(figures)s,
    breaks = %(breaks)s, explanation = %(explanation)s
WHERE id = %(id)s

-- name: forget_visits
DELETE FROM planned_visit WHERE plan_id = %(id)s

-- name: add_visit
INSERT INTO planned_visit (plan_id, order_id, order_version, touch, technician_id, starts, ends, travel_s, extra_s, late,
                           needs_owner, reason, why)
VALUES (%(plan_id)s, %(order_id)s, %(order_version)s, %(touch)s, %(technician_id)s, %(starts)s, %(ends)s, %(travel_s)s,
        %(extra_s)s, %(late)s, %(needs_owner)s, %(reason)s, %(why)s)

-- name: discard_older
-- A newer draft of the days takes the place of those before.
UPDATE visit_plan SET state = 'discarded' WHERE kind = 'days' AND state = 'draft' AND id <> %(id)s

-- name: accept
UPDATE visit_plan SET state = 'accepted', accepted_by = %(actor)s, accepted_at = %(at)s WHERE id = %(id)s

-- name: discard
UPDATE visit_plan SET state = 'discarded' WHERE id = %(id)s

-- name: fail
UPDATE visit_plan SET state = 'failed', explanation = %(why)s WHERE id = %(id)s

-- name: lock
SELECT state, version FROM visit_plan WHERE id = %(id)s FOR UPDATE

-- name: one
SELECT id, number, kind, state, starts, ends, settings, figures, progress, breaks, explanation, made_by, made_at,
       accepted_by, accepted_at, version
FROM visit_plan WHERE id = %(id)s

-- name: page
SELECT id, number, kind, state, starts, ends, settings, figures, progress, breaks, explanation, made_by, made_at,
       accepted_by, accepted_at, version
FROM visit_plan WHERE (%(after)s::bigint IS NULL OR number < %(after)s) ORDER BY number DESC LIMIT %(limit)s

-- name: newest_draft
SELECT id FROM visit_plan WHERE kind = 'days' AND state IN ('draft', 'planning', 'requested')
ORDER BY state = 'draft' DESC, number DESC LIMIT 1

-- name: visits
SELECT p.order_id AS id, o.number, o.household_id, h.name AS household_name, o.state, o.urgency, p.order_version, p.touch,
       p.technician_id, p.starts, p.ends, p.travel_s, p.extra_s, p.late, p.needs_owner, p.reason, p.why,
       coalesce(h.latitude, u.latitude) AS latitude, coalesce(h.longitude, u.longitude) AS longitude,
       o.version <> p.order_version AS changed
FROM planned_visit p JOIN service_order o ON o.id = p.order_id JOIN household h ON h.id = o.household_id
LEFT JOIN outlet u ON u.id = o.outlet_id
WHERE p.plan_id = %(id)s ORDER BY p.technician_id, p.starts, o.number

-- name: booked_page
-- Visits with a time, in order of time.
SELECT o.id, o.number, o.household_id, h.name AS household_name, o.state, o.urgency, o.technician_id, o.outlet_id,
       o.visit_starts AS starts, o.visit_ends AS ends, o.locked, o.due_by, o.version,
       coalesce(h.latitude, u.latitude) AS latitude, coalesce(h.longitude, u.longitude) AS longitude,
       ARRAY(SELECT k.action FROM order_task k WHERE k.order_id = o.id ORDER BY k.added_at, k.id) AS work
FROM service_order o JOIN household h ON h.id = o.household_id
LEFT JOIN technician t ON t.id = o.technician_id LEFT JOIN outlet u ON u.id = t.outlet_id
WHERE o.visit_starts IS NOT NULL AND o.state IN ('confirmed', 'scheduled', 'en_route', 'on_site', 'completed', 'verified')
  AND (%(from)s::timestamptz IS NULL OR o.visit_ends > %(from)s)
  AND (%(to)s::timestamptz IS NULL OR o.visit_starts < %(to)s)
  AND (%(technician)s::text IS NULL OR o.technician_id = %(technician)s)
  AND (%(outlet)s::text IS NULL OR t.outlet_id = %(outlet)s)
  AND (%(after)s::timestamptz IS NULL OR (o.visit_starts, o.id) > (%(after)s, %(after_id)s::uuid))
ORDER BY o.visit_starts, o.id LIMIT %(limit)s

-- name: set_lock
UPDATE service_order SET locked = %(locked)s WHERE id = %(id)s

-- name: set_slot
UPDATE service_order SET visit_ends = %(ends)s WHERE id = %(id)s

-- name: clear_slot
UPDATE service_order SET visit_starts = NULL, visit_ends = NULL, locked = false WHERE id = %(id)s

-- name: add_call
-- Somebody has to call the owner about the order; one call at a time.
INSERT INTO obligation (kind, household_id, order_id, since, due_at, urgent, about)
SELECT 'call_back', o.household_id, o.id, %(at)s, %(due_at)s, o.urgency = 'urgent', %(about)s
FROM service_order o WHERE o.id = %(id)s
ON CONFLICT DO NOTHING

-- name: note
-- What a planner did without a change of state belongs to the order's history all the same.
INSERT INTO state_change (entity, entity_id, from_state, to_state, actor, reason)
SELECT 'order', o.id, o.state, o.state, %(actor)s, %(reason)s FROM service_order o WHERE o.id = %(id)s
