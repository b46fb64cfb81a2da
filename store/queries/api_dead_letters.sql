-- name: page
-- Without the payload, which may be a megabyte; its first bytes are enough to see what it is.
SELECT d.id, d.topic, d.reason, d.detail, a.id AS appliance_id, d.times, d.first_at, d.last_at,
       octet_length(d.payload) AS size_bytes, substring(d.payload FROM 1 FOR 800) AS head
FROM dead_letter d LEFT JOIN appliance a ON a.key = d.appliance_key
WHERE (%(after)s::bigint IS NULL OR d.id < %(after)s)
  AND (%(reasons)s::text[] IS NULL OR d.reason = ANY(%(reasons)s))
  AND (%(appliance)s::text IS NULL OR a.id = %(appliance)s)
  AND (%(topic)s::text IS NULL OR d.topic = %(topic)s)
ORDER BY d.id DESC LIMIT %(limit)s

-- name: one
SELECT d.id, d.topic, d.reason, d.detail, a.id AS appliance_id, d.times, d.first_at, d.last_at,
       octet_length(d.payload) AS size_bytes, substring(d.payload FROM 1 FOR 800) AS head, d.payload
FROM dead_letter d LEFT JOIN appliance a ON a.key = d.appliance_key WHERE d.id = %(id)s
