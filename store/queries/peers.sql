-- name: leave_standings
-- What was said first of a day stays, so that no later run changes what others had known.
INSERT INTO standing (appliance_key, day, left_at, standing)
SELECT key, day, %(left_at)s, standing
FROM unnest(%(keys)s::integer[], %(days)s::date[], %(standings)s::jsonb[]) AS one (key, day, standing)
ON CONFLICT (appliance_key, day) DO NOTHING

-- name: moves
-- Others of the kind within the cell of a fifth of a degree (models/homes/mains.py: region_of), and by how much each moved.
WITH own AS (
    SELECT a.key, a.kind, floor(5 * h.latitude) AS north, floor(5 * h.longitude) AS east,
           h.latitude IS NULL OR h.longitude IS NULL AS nowhere
    FROM appliance a JOIN household h ON h.id = a.household_id
    WHERE a.key = %(appliance_key)s
), peer AS (
    SELECT a.key
    FROM own
    JOIN household h ON CASE WHEN own.nowhere THEN h.latitude IS NULL OR h.longitude IS NULL
                             ELSE floor(5 * h.latitude) = own.north AND floor(5 * h.longitude) = own.east END
    JOIN appliance a ON a.household_id = h.id AND a.kind = own.kind AND a.key <> own.key AND a.claimed
    ORDER BY a.id COLLATE "C"
    LIMIT %(most)s
)
SELECT (present.standing->>%(fault)s)::float8 - (former.standing->>%(fault)s)::float8
FROM peer
CROSS JOIN LATERAL (
    SELECT standing FROM standing s
    WHERE s.appliance_key = peer.key AND s.day > %(fresh)s AND s.day <= %(until)s AND s.left_at < %(before)s
      AND jsonb_exists(s.standing, %(fault)s)
    ORDER BY s.day DESC LIMIT 1
) present
CROSS JOIN LATERAL (
    SELECT standing FROM standing s
    WHERE s.appliance_key = peer.key AND s.day > %(former)s AND s.day <= %(since)s AND s.left_at < %(before)s
      AND jsonb_exists(s.standing, %(fault)s)
    ORDER BY s.day DESC LIMIT 1
) former

-- name: purge_standings
DELETE FROM standing WHERE day < %(before)s
