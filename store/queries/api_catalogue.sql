-- name: outlet_page
SELECT id, name, latitude, longitude, timezone, version FROM outlet
WHERE (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s

-- name: outlet_one
SELECT id, name, latitude, longitude, timezone, version FROM outlet WHERE id = %(id)s

-- name: outlet_add
INSERT INTO outlet (id, name, latitude, longitude, timezone)
VALUES (%(id)s, %(name)s, %(latitude)s, %(longitude)s, %(timezone)s)
ON CONFLICT (id) DO NOTHING RETURNING true

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
