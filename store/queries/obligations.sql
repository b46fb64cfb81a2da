-- name: open_follow_ups
-- The question after every completed service; what was done long before this was asked of nobody is left alone.
INSERT INTO obligation (kind, household_id, order_id, since, due_at, about)
SELECT 'follow_up', o.household_id, o.id, o.completed_at, o.completed_at + %(due)s, 'order ' || o.number
FROM service_order o
WHERE o.state IN ('completed', 'verified') AND o.completed_at > %(not_before)s
ON CONFLICT (order_id, since) WHERE kind = 'follow_up' DO NOTHING

-- name: open_remote_follow_ups
-- The question after an owner did it with our guidance.
INSERT INTO obligation (kind, household_id, reminder_id, since, due_at, about)
SELECT 'remote_follow_up', r.household_id, r.id, s.at, s.at + %(due)s, f.fault
FROM state_change s
JOIN reminder r ON r.id = s.entity_id AND r.state = 'done'
JOIN finding f ON f.id = r.finding_id
WHERE s.entity = 'reminder' AND s.to_state = 'done' AND s.at > %(not_before)s
ON CONFLICT (reminder_id, since) WHERE kind = 'remote_follow_up' DO NOTHING

-- name: add
INSERT INTO obligation (kind, household_id, order_id, reminder_id, since, due_at, urgent, about, slots)
VALUES (%(kind)s, %(household_id)s, %(order_id)s, %(reminder_id)s, %(since)s, %(due_at)s, %(urgent)s, %(about)s,
        %(slots)s)
ON CONFLICT DO NOTHING RETURNING id

-- name: settled
-- What needs no answer any more, and how it ended: the visit was agreed otherwise, the readings told, or the work is
-- not over after all.
SELECT b.id, CASE
         WHEN b.kind = 'consent' AND o.state IN ('confirmed', 'scheduled', 'en_route', 'on_site', 'completed', 'verified')
         THEN 'agreed'
         WHEN b.kind = 'consent' AND o.state NOT IN ('approved', 'offered') THEN 'moot'
         WHEN b.kind = 'consent' AND b.urgent <> (o.urgency = 'urgent') THEN 'moot'
         WHEN b.kind = 'follow_up' AND o.state NOT IN ('completed', 'verified') THEN 'moot'
         WHEN b.kind = 'remote_follow_up' AND r.state = 'verified' THEN 'verified'
         WHEN b.kind = 'remote_follow_up' AND r.state = 'escalated' THEN 'moot'
       END AS ended
FROM obligation b
LEFT JOIN service_order o ON o.id = b.order_id
LEFT JOIN reminder r ON r.id = b.reminder_id
WHERE b.state NOT IN ('met', 'void')
  AND ((b.kind = 'consent' AND (o.state NOT IN ('approved', 'offered') OR b.urgent <> (o.urgency = 'urgent')))
       OR (b.kind = 'follow_up' AND o.state NOT IN ('completed', 'verified'))
       OR (b.kind = 'remote_follow_up' AND r.state IN ('verified', 'escalated')))
ORDER BY b.number

-- name: waiting
-- Those that may be due for asking, repeating or calling.
SELECT id, kind, state, since, due_at, urgent, household_id, order_id, reminder_id, stepped_at FROM obligation
WHERE state IN ('open', 'asked', 'reminded') ORDER BY due_at, number

-- name: one
SELECT id, kind, state, since, due_at, urgent, household_id, order_id, reminder_id, stepped_at FROM obligation WHERE id = %(id)s

-- name: of_order
SELECT id FROM obligation
WHERE order_id = %(order_id)s AND kind = %(kind)s AND state NOT IN ('met', 'void')

-- name: orders_to_offer
-- Approved work that nobody has been asked about yet.
SELECT o.id, o.household_id FROM service_order o
WHERE o.state IN ('approved', 'offered')
  AND NOT EXISTS (SELECT FROM obligation b WHERE b.order_id = o.id AND b.kind = 'consent'
                    AND b.state NOT IN ('met', 'void'))
  AND EXISTS (SELECT FROM order_task t WHERE t.order_id = o.id)
ORDER BY (o.urgency = 'urgent') DESC, o.number

-- name: answer
UPDATE obligation SET answer = %(answer)s, note = coalesce(%(note)s, note) WHERE id = %(id)s

-- name: page
SELECT b.id, b.number, b.kind, b.state, b.household_id, h.name AS household_name, h.contact ->> 'phone' AS phone,
       b.order_id, o.number AS order_number, b.reminder_id, b.since, b.due_at, b.urgent, b.about, b.slots, b.answer,
       b.note, b.closed_at, coalesce(b.closed_at, %(now)s) > b.due_at AS overdue, b.technician_id,
       (SELECT max(w.ends_at) FROM household_away w WHERE w.household_id = b.household_id
          AND w.starts_at <= %(now)s AND w.ends_at > %(now)s) AS away_until, b.version
FROM obligation b JOIN household h ON h.id = b.household_id LEFT JOIN service_order o ON o.id = b.order_id
WHERE (%(after_due)s::timestamptz IS NULL OR (b.due_at, b.id) > (%(after_due)s, %(after_id)s::uuid))
  AND (%(states)s::text[] IS NULL OR b.state = ANY(%(states)s))
  AND (%(kinds)s::text[] IS NULL OR b.kind = ANY(%(kinds)s))
  AND (%(household)s::text IS NULL OR b.household_id = %(household)s)
  AND (%(order_id)s::uuid IS NULL OR b.order_id = %(order_id)s)
  AND (%(technician)s::text IS NULL OR b.technician_id = %(technician)s)
  AND (%(overdue)s::boolean IS NULL OR (coalesce(b.closed_at, %(now)s) > b.due_at) = %(overdue)s)
ORDER BY b.due_at, b.id LIMIT %(limit)s

-- name: shown
SELECT b.id, b.number, b.kind, b.state, b.household_id, h.name AS household_name, h.contact ->> 'phone' AS phone,
       b.order_id, o.number AS order_number, b.reminder_id, b.since, b.due_at, b.urgent, b.about, b.slots, b.answer,
       b.note, b.closed_at, coalesce(b.closed_at, %(now)s) > b.due_at AS overdue, b.technician_id,
       (SELECT max(w.ends_at) FROM household_away w WHERE w.household_id = b.household_id
          AND w.starts_at <= %(now)s AND w.ends_at > %(now)s) AS away_until, b.version
FROM obligation b JOIN household h ON h.id = b.household_id LEFT JOIN service_order o ON o.id = b.order_id
WHERE b.id = %(id)s

-- name: tried
INSERT INTO state_change (entity, entity_id, from_state, to_state, actor, reason)
SELECT 'obligation', id, state, state, %(actor)s, %(reason)s FROM obligation WHERE id = %(id)s

-- name: give
-- Whose call it is; NULL gives it back to whoever calls first.
UPDATE obligation
SET technician_id = %(technician_id)s, given_at = CASE WHEN %(technician_id)s::text IS NOT NULL THEN %(at)s::timestamptz END
WHERE id = %(id)s

-- name: touch
UPDATE obligation SET note = %(note)s WHERE id = %(id)s
