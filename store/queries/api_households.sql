-- name: page
SELECT h.id, h.name, h.latitude, h.longitude, h.timezone, h.region, h.climate, p.region AS region_used,
       p.climate AS climate_used, h.contact, h.version, h.created_at
FROM household h JOIN home_place p ON p.id = h.id
WHERE (%(after)s::text IS NULL OR h.id > %(after)s)
ORDER BY h.id LIMIT %(limit)s

-- name: one
SELECT h.id, h.name, h.latitude, h.longitude, h.timezone, h.region, h.climate, p.region AS region_used,
       p.climate AS climate_used, h.contact, h.version, h.created_at
FROM household h JOIN home_place p ON p.id = h.id WHERE h.id = %(id)s

-- name: lock
SELECT version FROM household WHERE id = %(id)s FOR UPDATE

-- name: exists
-- Locked against deletion until commit.
SELECT true FROM household WHERE id = %(id)s FOR KEY SHARE

-- name: add
INSERT INTO household (id, name, latitude, longitude, timezone, region, climate, contact)
VALUES (%(id)s, %(name)s, %(latitude)s, %(longitude)s, %(timezone)s, %(region)s, %(climate)s, %(contact)s)
ON CONFLICT (id) DO NOTHING RETURNING true

-- name: change
UPDATE household
SET name = %(name)s, latitude = %(latitude)s, longitude = %(longitude)s, timezone = %(timezone)s,
    region = %(region)s, climate = %(climate)s, contact = %(contact)s, version = version + 1
WHERE id = %(id)s
