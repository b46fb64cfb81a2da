-- name: page
SELECT d.key AS id, d.dialect, d.name, d.facts, d.first_seen, l.received_at AS last_seen, a.id AS appliance_id,
       a.claimed, CASE WHEN a.claimed THEN NULL ELSE
           (SELECT count(*) FROM reading_unclaimed r WHERE r.appliance_key = a.key) END AS readings,
       CASE WHEN a.claimed THEN NULL ELSE l.signals END AS latest
FROM device d
JOIN appliance a ON a.key = d.appliance_key
LEFT JOIN latest_values l ON l.appliance_key = a.key
WHERE (%(after)s::integer IS NULL OR d.key > %(after)s)
  AND (%(claimed)s::boolean IS NULL OR a.claimed = %(claimed)s)
  AND (%(dialect)s::text IS NULL OR d.dialect = %(dialect)s)
ORDER BY d.key LIMIT %(limit)s

-- name: one
SELECT d.key AS id, d.dialect, d.name, d.facts, d.first_seen, l.received_at AS last_seen, a.id AS appliance_id,
       a.claimed, CASE WHEN a.claimed THEN NULL ELSE
           (SELECT count(*) FROM reading_unclaimed r WHERE r.appliance_key = a.key) END AS readings,
       CASE WHEN a.claimed THEN NULL ELSE l.signals END AS latest
FROM device d
JOIN appliance a ON a.key = d.appliance_key
LEFT JOIN latest_values l ON l.appliance_key = a.key
WHERE d.key = %(id)s

-- name: lock
-- The device and what it speaks for, so that two people cannot claim it at once.
SELECT d.appliance_key, a.id, a.claimed, d.dialect, d.name
FROM device d JOIN appliance a ON a.key = d.appliance_key WHERE d.key = %(id)s FOR UPDATE

-- name: lock_native
SELECT d.appliance_key, a.id, a.claimed, d.dialect, d.name
FROM device d JOIN appliance a ON a.key = d.appliance_key
WHERE d.dialect = 'native' AND d.name = %(name)s FOR UPDATE

-- name: add_native
INSERT INTO device (dialect, name, appliance_key) VALUES ('native', %(name)s, %(appliance_key)s)
ON CONFLICT (dialect, name) DO NOTHING
