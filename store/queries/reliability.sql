-- name: groups
-- Confirmed faults, parts used up (`part:` and the name), and months watched since %(since)s, per kind, fault, dimension and value. Faults that nobody of a kind
-- had are left out; groups without an event of a fault that others had are kept, because they were tested too.
WITH watched AS MATERIALIZED (
    SELECT w.key, w.kind, nullif(concat_ws(' ', w.maker, w.model), '') AS model, w.batch, w.firmware, w.climate,
           date_part('epoch', least(w.watched_to, %(until)s) - greatest(w.watched_from, %(since)s)) / 2629800 AS months
    FROM appliance_watch w
    WHERE (%(kind)s::text IS NULL OR w.kind = %(kind)s) AND w.watched_to > %(since)s AND w.watched_from < %(until)s
),
-- Appliances that are alike in everything first: far fewer than appliances.
alike AS (
    SELECT kind, model, batch, firmware, climate, sum(months) AS months, count(*) AS appliances
    FROM watched GROUP BY kind, model, batch, firmware, climate
),
exposure AS (
    SELECT a.kind, d.dimension, d.value, sum(a.months) AS months, sum(a.appliances) AS appliances
    FROM alike a
    CROSS JOIN LATERAL (VALUES ('model', a.model), ('batch', a.batch), ('firmware', a.firmware), ('climate', a.climate))
               AS d (dimension, value)
    WHERE d.value IS NOT NULL AND (%(dimension)s::text IS NULL OR d.dimension = %(dimension)s)
    GROUP BY a.kind, d.dimension, d.value
),
seen AS (
    SELECT w.kind, d.dimension, d.value, f.fault, count(*) AS events, count(DISTINCT w.key) AS failed
    FROM maker_event f JOIN watched w ON w.key = f.appliance_key
    CROSS JOIN LATERAL (VALUES ('model', w.model), ('batch', w.batch), ('firmware', w.firmware), ('climate', w.climate))
               AS d (dimension, value)
    WHERE f.at >= %(since)s AND f.at < %(until)s AND d.value IS NOT NULL
      AND (%(dimension)s::text IS NULL OR d.dimension = %(dimension)s)
    GROUP BY w.kind, d.dimension, d.value, f.fault
)
SELECT e.kind, b.fault, e.dimension, e.value, coalesce(s.events, 0)::int AS events,
       coalesce(s.failed, 0)::int AS failed, e.months::float8 AS months,
       e.appliances::int AS appliances
FROM exposure e
JOIN (SELECT DISTINCT kind, fault FROM seen) b ON b.kind = e.kind
LEFT JOIN seen s ON s.kind = e.kind AND s.dimension = e.dimension AND s.value = e.value AND s.fault = b.fault
ORDER BY e.kind, b.fault, e.dimension, e.value

-- name: lives
-- Age at which each appliance was first and last watched, days since installation, until its first confirmed fault.
SELECT coalesce(CASE %(dimension)s::text WHEN 'model' THEN nullif(concat_ws(' ', w.maker, w.model), '')
                                   WHEN 'batch' THEN w.batch WHEN 'firmware' THEN w.firmware
                                   WHEN 'climate' THEN w.climate ELSE 'all' END, 'unknown') AS value,
       extract(epoch FROM greatest(w.watched_from - w.installed_on, interval '0'))::float8 / 86400 AS from_d,
       extract(epoch FROM coalesce(first.at, w.watched_to) - w.installed_on)::float8 / 86400 AS to_d,
       first.at IS NOT NULL AS failed
FROM appliance_watch w
LEFT JOIN LATERAL (SELECT min(f.at) AS at FROM maker_event f
                   WHERE f.appliance_key = w.key AND f.fault = %(fault)s) first ON true
WHERE w.kind = %(kind)s AND w.installed_on IS NOT NULL AND w.watched_from IS NOT NULL
  AND coalesce(first.at, w.watched_to) > greatest(w.watched_from, w.installed_on)

-- name: without_age
SELECT count(*)::int FROM appliance_watch WHERE kind = %(kind)s AND installed_on IS NULL

-- name: parts
-- In how many confirmed faults each part was used up, and the months that appliances of the kind were watched.
SELECT p.part, count(*)::int AS events,
       (SELECT coalesce(sum(extract(epoch FROM w.watched_to - w.watched_from)), 0) / 2629800
        FROM appliance_watch w WHERE w.kind = %(kind)s)::float8 AS months
FROM confirmed_fault f
JOIN appliance a ON a.key = f.appliance_key AND a.kind = %(kind)s
CROSS JOIN LATERAL unnest(f.parts) AS p (part)
GROUP BY p.part ORDER BY events DESC, p.part

-- name: case_open
INSERT INTO quality_case (kind, fault, dimension, value, found, since, opened_at)
VALUES (%(kind)s, %(fault)s, %(dimension)s, %(value)s, %(found)s, %(since)s, %(opened_at)s)
ON CONFLICT (kind, fault, dimension, value) WHERE state NOT IN ('closed', 'dismissed') DO NOTHING
RETURNING id

-- name: case_resting
-- A case that people dismissed or closed lately is not opened again on the same figures.
SELECT EXISTS (SELECT FROM quality_case c
               JOIN state_change s ON s.entity = 'case' AND s.entity_id = c.id AND s.to_state = c.state
               WHERE c.kind = %(kind)s AND c.fault = %(fault)s AND c.dimension = %(dimension)s AND c.value = %(value)s
                 AND c.state IN ('closed', 'dismissed') AND s.at > %(after)s)

-- name: case_page
SELECT id, number, state, kind, fault, dimension, value, found, since, opened_at, node, owner, fix, fixed_at, effect, version
FROM quality_case
WHERE (%(after)s::bigint IS NULL OR number < %(after)s) AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
ORDER BY number DESC LIMIT %(limit)s

-- name: case_one
SELECT id, number, state, kind, fault, dimension, value, found, since, opened_at, node, owner, fix, fixed_at, effect, version
FROM quality_case WHERE id = %(id)s

-- name: case_assign
UPDATE quality_case SET node = %(node)s, owner = %(owner)s WHERE id = %(id)s

-- name: case_fix
UPDATE quality_case SET fix = %(fix)s, fixed_at = %(fixed_at)s, effect = NULL WHERE id = %(id)s

-- name: case_effect
UPDATE quality_case SET effect = %(effect)s WHERE id = %(id)s

-- name: cases_fixed
SELECT id, number, state, kind, fault, dimension, value, found, since, opened_at, node, owner, fix, fixed_at, effect, version
FROM quality_case WHERE state = 'fixed' ORDER BY number

-- name: scope
-- Appliances of a case's group that failed in a span, and the months watched.
SELECT count(DISTINCT f.appliance_key)::int AS failed,
       (SELECT coalesce(sum(greatest(extract(epoch FROM least(w.watched_to, %(until)s)
                                                    - greatest(w.watched_from, %(since)s)), 0)), 0) / 2629800
        FROM appliance_watch w
        WHERE w.kind = %(kind)s AND %(value)s = CASE %(dimension)s::text
              WHEN 'model' THEN concat_ws(' ', w.maker, w.model) WHEN 'batch' THEN w.batch
              WHEN 'firmware' THEN w.firmware WHEN 'climate' THEN w.climate END)::float8 AS months
FROM appliance_watch w
LEFT JOIN maker_event f ON f.appliance_key = w.key AND f.fault = %(fault)s
     AND f.at >= %(since)s AND f.at < %(until)s
WHERE w.kind = %(kind)s AND %(value)s = CASE %(dimension)s::text
      WHEN 'model' THEN concat_ws(' ', w.maker, w.model) WHEN 'batch' THEN w.batch
      WHEN 'firmware' THEN w.firmware WHEN 'climate' THEN w.climate END
