-- name: appliances
-- Nothing here names a home or an owner: `unit` is a digest of the appliance id with a
-- secret of this installation, the place is a climate band.
SELECT unit_of(id) AS unit, kind, maker, model, batch, firmware, climate, installed_on,
       watched_from, watched_to
FROM appliance_watch ORDER BY key

-- name: confirmed_faults
SELECT unit_of(a.id) AS unit, a.kind, a.maker, a.model, a.batch, a.firmware, f.fault, f.at,
       f.confirmed_by, array_to_string(f.parts, ' ') AS parts
FROM confirmed_fault f JOIN appliance a ON a.key = f.appliance_key ORDER BY f.at, f.finding_id

-- name: findings
SELECT unit_of(a.id) AS unit, a.kind, a.model, a.firmware, f.fault, f.state, f.urgency,
       f.probability, f.raised_at, f.cleared_at, f.fails_p10, f.fails_p50, f.fails_p90, f.action, f.detector,
       (SELECT string_agg(DISTINCT t.outcome, ' ') FROM order_task t WHERE t.finding_id = f.id) AS outcome,
       (SELECT r.state FROM reminder r WHERE r.finding_id = f.id) AS reminder
FROM finding f JOIN appliance a ON a.key = f.appliance_key WHERE a.kind IS NOT NULL ORDER BY f.raised_at, f.id

-- name: cases
SELECT number, state, kind, fault, dimension, value, since, opened_at, node, fix, fixed_at,
       (found ->> 'events')::int AS events, (found ->> 'months')::float8 AS months,
       (found #>> '{ratio,value}')::float8 AS ratio, (found ->> 'q_value')::float8 AS q_value,
       (effect #>> '{ratio,value}')::float8 AS effect_ratio, (effect ->> 'helped')::boolean AS helped
FROM quality_case ORDER BY number
