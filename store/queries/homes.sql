-- name: lock_mains
SELECT received_to, state FROM mains_watch FOR UPDATE

-- name: keep_mains
UPDATE mains_watch SET received_to = %(received_to)s, state = %(state)s

-- name: mains_readings
-- Circuits of homes, in order of arrival. What is stamped hours ago is no alarm: it need not be looked for in old chunks.
SELECT h.id, h.latitude, h.longitude, a.key, r.time, r.received_at, r.voltage_v, r.upstream_v, a.nominal_v
FROM reading_circuit r
JOIN appliance a ON a.key = r.appliance_key
JOIN household h ON h.id = a.household_id
WHERE r.received_at > %(received_from)s AND r.received_at <= %(received_to)s
  AND r.time > %(received_from)s::timestamptz - interval '1 hour' AND r.voltage_v IS NOT NULL
ORDER BY r.received_at, r.time, a.id

-- name: quiet_households
-- Homes with an appliance that was not heard of for a while, and those that were silent when last looked at.
SELECT a.household_id FROM appliance a JOIN latest_values l ON l.appliance_key = a.key
WHERE a.claimed AND l.received_at <= %(quiet_since)s
UNION
SELECT household_id FROM home_silence
ORDER BY 1

-- name: home_appliances
-- Whose words are refused (a wrong clock) is heard of all the same. Last column: nothing but a meter's signals was ever said.
SELECT a.key, a.id, a.kind, coalesce(a.circuit_id, ''),
       greatest(l.received_at, (SELECT max(d.last_at) FROM dead_letter d WHERE d.appliance_key = a.key)),
       l.signals ? 'power_w' AND l.signals - %(common)s::text[] = '{}'
FROM appliance a JOIN latest_values l ON l.appliance_key = a.key
WHERE a.household_id = %(household_id)s

-- name: rhythm
-- First arrival in the weeks before the last word, and the second longest silence between two arrivals in them.
WITH stepped AS (
    SELECT received_at, lag(received_at) OVER (ORDER BY received_at) AS before
    FROM (
        SELECT received_at FROM reading_air_conditioner
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM reading_refrigerator
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM reading_washing_machine
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM reading_dryer
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM reading_dishwasher
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM reading_water_heater
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM reading_air_purifier
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM reading_range_hood
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM reading_circuit
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM cycle_washing_machine
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM cycle_dryer
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
        UNION ALL
        SELECT received_at FROM cycle_dishwasher
        WHERE appliance_key = %(key)s AND time > %(since)s AND received_at <= %(last)s
    ) every
)
SELECT min(received_at),
       (SELECT received_at - before FROM stepped ORDER BY received_at - before DESC NULLS LAST OFFSET 1 LIMIT 1)
FROM stepped

-- name: lock_silence
-- The memory of a home, locked by its household's row, so that two rounds cannot both speak of it.
SELECT s.state FROM household h LEFT JOIN home_silence s ON s.household_id = h.id
WHERE h.id = %(household_id)s FOR UPDATE OF h

-- name: keep_silence
INSERT INTO home_silence (household_id, state) VALUES (%(household_id)s, %(state)s)
ON CONFLICT (household_id) DO UPDATE SET state = excluded.state

-- name: forget_silence
DELETE FROM home_silence WHERE household_id = %(household_id)s

-- name: away
SELECT starts_at, ends_at FROM household_away WHERE household_id = %(household_id)s ORDER BY starts_at

-- name: is_away
SELECT EXISTS (SELECT FROM household_away
               WHERE household_id = %(household_id)s AND starts_at <= %(now)s AND ends_at > %(now)s)

-- name: set_away
INSERT INTO household_away (household_id, starts_at, ends_at) VALUES (%(household_id)s, %(starts_at)s, %(ends_at)s)
ON CONFLICT (household_id, starts_at) DO UPDATE SET ends_at = excluded.ends_at
