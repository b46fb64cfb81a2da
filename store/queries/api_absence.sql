-- name: one
-- The absence that runs at `now`, else the next one; a home without either has empty times.
SELECT h.id AS household_id, w.starts_at, w.ends_at, coalesce(w.starts_at <= %(now)s, false) AS away_now, h.version
FROM household h
LEFT JOIN LATERAL (SELECT starts_at, ends_at FROM household_away
                   WHERE household_id = h.id AND ends_at > %(now)s ORDER BY starts_at LIMIT 1) w ON true
WHERE h.id = %(household_id)s

-- name: forget_coming
DELETE FROM household_away WHERE household_id = %(household_id)s AND starts_at >= %(now)s

-- name: end_running
-- What was stays known: silence from before the return is counted from the return on.
UPDATE household_away SET ends_at = %(now)s WHERE household_id = %(household_id)s AND ends_at > %(now)s

-- name: touch
-- The household is the unit that people edit, so its version tells of this change, too.
UPDATE household SET version = version + 1 WHERE id = %(household_id)s
