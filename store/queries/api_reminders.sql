-- name: page
-- Newest finding first: its raised_at never changes, while a reminder may be sent again.
SELECT r.id, r.finding_id, a.id AS appliance_id, a.kind, r.household_id, f.fault, f.urgency, r.state, r.text, f.action,
       r.sent_at, r.data_at, r.answer_by, r.snoozed_until, f.raised_at, r.version
FROM reminder r JOIN finding f ON f.id = r.finding_id JOIN appliance a ON a.key = f.appliance_key
WHERE (%(after_at)s::timestamptz IS NULL OR (f.raised_at, r.id) < (%(after_at)s, %(after_id)s::uuid))
  AND (%(states)s::text[] IS NULL OR r.state = ANY(%(states)s))
  AND (%(faults)s::text[] IS NULL OR f.fault = ANY(%(faults)s))
  AND (%(kinds)s::text[] IS NULL OR a.kind = ANY(%(kinds)s))
  AND (%(household)s::text IS NULL OR r.household_id = %(household)s)
  AND (%(appliance)s::text IS NULL OR a.id = %(appliance)s)
ORDER BY f.raised_at DESC, r.id DESC LIMIT %(limit)s

-- name: one
SELECT r.id, r.finding_id, a.id AS appliance_id, a.kind, r.household_id, f.fault, f.urgency, r.state, r.text, f.action,
       r.sent_at, r.data_at, r.answer_by, r.snoozed_until, f.raised_at, r.version
FROM reminder r JOIN finding f ON f.id = r.finding_id JOIN appliance a ON a.key = f.appliance_key
WHERE r.id = %(id)s

-- name: data_time
-- The clock by which a snooze ends: with recordings or simulated homes it is not the one on the wall.
SELECT l.at
FROM reminder r JOIN finding f ON f.id = r.finding_id JOIN latest_values l ON l.appliance_key = f.appliance_key
WHERE r.id = %(id)s
