-- name: page
SELECT id, name, latitude, longitude, timezone, contact, version, created_at FROM household
WHERE (%(after)s::text IS NULL OR id > %(after)s)
ORDER BY id LIMIT %(limit)s

-- name: one
SELECT id, name, latitude, longitude, timezone, contact, version, created_at FROM household WHERE id = %(id)s

-- name: lock
SELECT version FROM household WHERE id = %(id)s FOR UPDATE

-- name: exists
-- Locked against deletion until commit.
SELECT true FROM household WHERE id = %(id)s FOR KEY SHARE

-- name: add
INSERT INTO household (id, name, latitude, longitude, timezone, contact)
VALUES (%(id)s, %(name)s, %(latitude)s, %(longitude)s, %(timezone)s, %(contact)s)
ON CONFLICT (id) DO NOTHING RETURNING true

-- name: change
UPDATE household
SET name = %(name)s, latitude = %(latitude)s, longitude = %(longitude)s, timezone = %(timezone)s,
    contact = %(contact)s, version = version + 1
WHERE id = %(id)s
