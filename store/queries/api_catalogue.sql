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

-- name: part_page
SELECT p.id, p.name, p.fits, p.version,
       coalesce((SELECT jsonb_object_agg(s.outlet_id, s.quantity) FROM part_stock s WHERE s.part_id = p.id), '{}')
           AS stock
FROM part p
WHERE (%(after)s::text IS NULL OR p.id > %(after)s)
  AND (%(kind)s::text IS NULL OR p.fits @> ARRAY[%(kind)s::text])
ORDER BY p.id LIMIT %(limit)s

-- name: part_one
SELECT p.id, p.name, p.fits, p.version,
       coalesce((SELECT jsonb_object_agg(s.outlet_id, s.quantity) FROM part_stock s WHERE s.part_id = p.id), '{}')
           AS stock
FROM part p WHERE p.id = %(id)s

-- name: part_add
INSERT INTO part (id, name, fits) VALUES (%(id)s, %(name)s, %(fits)s) ON CONFLICT (id) DO NOTHING RETURNING true

-- name: stock_set
INSERT INTO part_stock (part_id, outlet_id, quantity) VALUES (%(part_id)s, %(outlet_id)s, %(quantity)s)
