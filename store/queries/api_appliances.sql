-- name: page
-- Placeholders that were merged into another appliance are not shown.
SELECT a.id, a.kind, a.household_id, a.maker, a.model, a.serial, a.batch, a.firmware, a.room, a.installed_on,
       a.circuit_id, a.rated_power_w, a.rated_current_a, a.breaker_rating_a, a.rcd_ma, a.nominal_v, a.facts, a.online,
       a.online_since, a.claimed, a.version, a.created_at
FROM appliance a
WHERE a.claimed = %(claimed)s
  AND (%(after)s::text IS NULL OR a.id > %(after)s)
  AND (%(household)s::text IS NULL OR a.household_id = %(household)s)
  AND (%(kinds)s::text[] IS NULL OR a.kind = ANY(%(kinds)s))
  AND NOT EXISTS (SELECT FROM appliance_merge m WHERE m.from_key = a.key)
ORDER BY a.id LIMIT %(limit)s

-- name: one
SELECT a.id, a.kind, a.household_id, a.maker, a.model, a.serial, a.batch, a.firmware, a.room, a.installed_on,
       a.circuit_id, a.rated_power_w, a.rated_current_a, a.breaker_rating_a, a.rcd_ma, a.nominal_v, a.facts, a.online,
       a.online_since, a.claimed, a.version, a.created_at
FROM appliance a
WHERE a.id = %(id)s AND NOT EXISTS (SELECT FROM appliance_merge m WHERE m.from_key = a.key)

-- name: latest
SELECT l.at, l.received_at, l.signals
FROM latest_values l JOIN appliance a ON a.key = l.appliance_key WHERE a.id = %(id)s

-- name: locate
-- What the time series of an appliance are found by.
SELECT a.key, a.id, a.kind FROM appliance a
WHERE a.id = %(id)s AND NOT EXISTS (SELECT FROM appliance_merge m WHERE m.from_key = a.key)

-- name: lock
SELECT key, claimed, version, EXISTS (SELECT FROM appliance_merge m WHERE m.from_key = a.key) AS merged
FROM appliance a WHERE id = %(id)s FOR UPDATE

-- name: add
INSERT INTO appliance (id, kind, household_id, maker, model, serial, batch, firmware, room, installed_on, circuit_id,
                       rated_power_w, rated_current_a, breaker_rating_a, rcd_ma, nominal_v, facts)
VALUES (%(id)s, %(kind)s, %(household_id)s, %(maker)s, %(model)s, %(serial)s, %(batch)s, %(firmware)s, %(room)s,
        %(installed_on)s, %(circuit_id)s, %(rated_power_w)s, %(rated_current_a)s, %(breaker_rating_a)s, %(rcd_ma)s,
        %(nominal_v)s, %(facts)s)
RETURNING key

-- name: change
UPDATE appliance
SET id = %(id)s, kind = %(kind)s, household_id = %(household_id)s, maker = %(maker)s, model = %(model)s,
    serial = %(serial)s, batch = %(batch)s, firmware = %(firmware)s, room = %(room)s,
    installed_on = %(installed_on)s, circuit_id = %(circuit_id)s, rated_power_w = %(rated_power_w)s,
    rated_current_a = %(rated_current_a)s, breaker_rating_a = %(breaker_rating_a)s, rcd_ma = %(rcd_ma)s,
    nominal_v = %(nominal_v)s, facts = %(facts)s, version = version + 1
WHERE key = %(key)s
