-- name: add
INSERT INTO outbox (channel, address, payload, retain)
VALUES (%(channel)s, %(address)s, %(payload)s, %(retain)s)

-- name: show
-- A retained notice, unless the last thing written to the address is the same (ingest shows its own alarms at once).
INSERT INTO outbox (channel, address, payload, retain)
SELECT 'mqtt', %(address)s, %(payload)s, true
WHERE (SELECT o.payload FROM outbox o WHERE o.channel = 'mqtt' AND o.address = %(address)s ORDER BY o.id DESC LIMIT 1)
      IS DISTINCT FROM %(payload)s::jsonb

-- name: overtaken
-- Newer retained messages to these addresses that somebody else has sent meanwhile: ingest sends its alarms itself, and
-- an older one delivered from here a moment later would replace what the appliance shows.
SELECT DISTINCT ON (o.address) o.id, o.address, o.payload, o.retain
FROM outbox o JOIN unnest(%(ids)s::bigint[]) AS sent (id) ON o.id > sent.id
JOIN outbox s ON s.id = sent.id AND s.address = o.address AND s.channel = o.channel
WHERE o.channel = 'mqtt' AND o.retain AND o.sent_at IS NOT NULL AND o.id <> ALL(%(ids)s::bigint[])
ORDER BY o.address, o.id DESC

-- name: waiting
-- The oldest messages of a channel that are not delivered yet, in the order they were written.
SELECT id, address, payload, retain FROM outbox
WHERE sent_at IS NULL AND refused IS NULL AND channel = %(channel)s ORDER BY id LIMIT %(most)s

-- name: mark_sent
UPDATE outbox SET sent_at = %(now)s WHERE id = ANY(%(ids)s) AND sent_at IS NULL

-- name: mark_refused
UPDATE outbox SET refused = %(why)s WHERE id = %(id)s

-- name: purge
-- Delivered long ago, or refused long ago.
DELETE FROM outbox WHERE sent_at < %(before)s OR (refused IS NOT NULL AND created_at < %(before)s)

-- name: told
-- What a household was told, newest first.
SELECT id, coalesce(payload ->> 'kind', '') AS kind, coalesce(payload ->> 'text', '') AS text, created_at, sent_at,
       refused
FROM outbox WHERE channel = 'owner' AND address = %(household_id)s ORDER BY id DESC LIMIT %(most)s
