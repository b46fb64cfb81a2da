-- name: waiting
-- The oldest messages to owners whose time has come, with the address of the home; what stands behind one that waits for
-- its next try waits with it, so that a home reads them in order.
SELECT o.id, o.address, coalesce(nullif(trim(h.contact ->> 'email'), ''), '') AS email, h.name,
       coalesce(h.contact ->> 'language', 'en') AS language, o.payload ->> 'kind' AS kind,
       coalesce(o.payload ->> 'text', '') AS text, o.payload #>> '{about,order}' AS order_id, o.created_at, o.tries
FROM outbox o JOIN household h ON h.id = o.address
WHERE o.sent_at IS NULL AND o.refused IS NULL AND o.channel = 'owner'
  AND NOT EXISTS (SELECT FROM outbox e WHERE e.channel = 'owner' AND e.address = o.address AND e.id <= o.id
                    AND e.sent_at IS NULL AND e.refused IS NULL AND e.next_try_at > %(now)s)
ORDER BY o.id LIMIT %(most)s

-- name: try_later
UPDATE outbox SET tries = tries + 1, next_try_at = %(next_try_at)s WHERE id = %(id)s

-- name: call_waits
SELECT true FROM obligation
WHERE household_id = %(household_id)s AND kind = 'call_back' AND state NOT IN ('met', 'void') LIMIT 1
