-- name: outlet_page
SELECT id, name, latitude, longitude, timezone, supplied_by, phone, version FROM outlet
WHERE (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s

-- name: outlet_one
SELECT id, name, latitude, longitude, timezone, supplied_by, phone, version FROM outlet WHERE id = %(id)s

-- name: outlet_add
INSERT INTO outlet (id, name, latitude, longitude, timezone, supplied_by, phone)
VALUES (%(id)s, %(name)s, %(latitude)s, %(longitude)s, %(timezone)s, %(supplied_by)s, %(phone)s)
ON CONFLICT (id) DO NOTHING RETURNING true

-- name: suppliers
-- Every store above an outlet; a circle ends after a few.
WITH RECURSIVE above AS (
    SELECT supplied_by AS id, 1 AS level FROM outlet WHERE id = %(id)s
    UNION ALL SELECT o.supplied_by, a.level + 1 FROM above a JOIN outlet o ON o.id = a.id WHERE a.level < 10
)
SELECT id FROM above WHERE id IS NOT NULL

-- name: technician_page
SELECT id, name, outlet_id, skills, active, version FROM technician
WHERE (%(after)s::text IS NULL OR id > %(after)s)
  AND (%(outlet)s::text IS NULL OR outlet_id = %(outlet)s)
  AND (%(skill)s::text IS NULL OR skills @> ARRAY[%(skill)s::text])
ORDER BY id LIMIT %(limit)s

-- name: technician_one
SELECT id, name, outlet_id, skills, active, version FROM technician WHERE id = %(id)s

-- name: technician_add
INSERT INTO technician (id, name, outlet_id, skills, active)
VALUES (%(id)s, %(name)s, %(outlet_id)s, %(skills)s, %(active)s)
ON CONFLICT (id) DO NOTHING RETURNING true
