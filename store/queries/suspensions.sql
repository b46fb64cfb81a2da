-- name: begin
INSERT INTO suspension (technician_id, cause, why, since) VALUES (%(technician_id)s, %(cause)s, %(why)s, %(at)s)
ON CONFLICT (technician_id) WHERE state = 'suspended' DO NOTHING RETURNING id

-- name: worsen
-- What is not decided yet says what it rests on by now, so that nobody decides by what was known before.
UPDATE suspension SET why = %(why)s
WHERE technician_id = %(technician_id)s AND state = 'suspended' AND cause = 'grades' AND why <> %(why)s

-- name: one
SELECT id, technician_id, cause, state, why, since, answer, decided_at, version FROM suspension WHERE id = %(id)s

-- name: of_technician
SELECT id, technician_id, cause, state, why, since, answer, decided_at, version FROM suspension
WHERE technician_id = %(technician_id)s ORDER BY since DESC, id
