-- name: technician_lock
SELECT version FROM technician WHERE id = %(id)s FOR UPDATE

-- name: technician_change
UPDATE technician
SET name = %(name)s, outlet_id = %(outlet_id)s, skills = %(skills)s, active = %(active)s, area_km = %(area_km)s,
    version = version + 1
WHERE id = %(id)s

-- name: outlet_lock
SELECT version FROM outlet WHERE id = %(id)s FOR UPDATE

-- name: outlet_change
UPDATE outlet
SET name = %(name)s, latitude = %(latitude)s, longitude = %(longitude)s, timezone = %(timezone)s,
    supplied_by = %(supplied_by)s, phone = %(phone)s, version = version + 1
WHERE id = %(id)s

-- name: hours_clear
DELETE FROM technician_hours WHERE technician_id = %(id)s

-- name: hours_add
INSERT INTO technician_hours (technician_id, weekday, starts, ends, break_minutes, break_from, break_to)
VALUES (%(id)s, %(weekday)s, %(starts)s, %(ends)s, %(break_minutes)s, %(break_from)s, %(break_to)s)

-- name: hours
SELECT weekday, starts, ends, break_minutes, break_from, break_to FROM technician_hours
WHERE technician_id = %(id)s ORDER BY weekday

-- name: area
SELECT area_km, version FROM technician WHERE id = %(id)s

-- name: absences
-- Those that are not over yet.
SELECT id, starts, ends, reason FROM technician_absence
WHERE technician_id = %(id)s AND ends > %(now)s ORDER BY starts, id

-- name: absence_add
INSERT INTO technician_absence (technician_id, starts, ends, reason)
VALUES (%(id)s, %(starts)s, %(ends)s, %(reason)s) ON CONFLICT DO NOTHING RETURNING id

-- name: absence_remove
DELETE FROM technician_absence WHERE id = %(absence)s AND technician_id = %(id)s

-- name: booked_within
-- Scheduled visits of the technician in that time: somebody has to look after them.
SELECT number FROM service_order
WHERE technician_id = %(id)s AND state IN ('confirmed', 'scheduled') AND visit_starts < %(ends)s AND visit_ends > %(starts)s
ORDER BY visit_starts
