-- name: lock_mark
-- Up to which arrival days have been noted as due; locked, so that two callers cannot both take the same arrivals.
SELECT received_to FROM arrival_mark FOR UPDATE

-- name: move_mark
UPDATE arrival_mark SET received_to = %(received_to)s

-- name: note_arrivals
-- Days touched by what arrived since the mark. BRIN on received_at makes this cost what arrived, not what is stored.
INSERT INTO day_due (appliance_key, day, newest, due_since)
SELECT r.appliance_key, (r.time AT TIME ZONE 'UTC')::date, max(r.time), %(received_to)s
FROM (
    SELECT appliance_key, time FROM reading_air_conditioner
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_refrigerator
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_washing_machine
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_dryer
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_dishwasher
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_water_heater
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_air_purifier
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_range_hood
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_circuit
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM cycle_washing_machine
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM cycle_dryer
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM cycle_dishwasher
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM event
    WHERE received_at > %(received_from)s AND received_at <= %(received_to)s AND code = 'filter_clean_alarm'
) r
JOIN judged j ON j.appliance_key = r.appliance_key
GROUP BY r.appliance_key, (r.time AT TIME ZONE 'UTC')::date
ON CONFLICT (appliance_key, day) DO UPDATE SET newest = greatest(day_due.newest, excluded.newest)

-- name: newcomers
-- Claimed appliances of kinds that are judged, without a mark: new ones, and those whose history changed hands.
SELECT a.key FROM appliance a
WHERE a.claimed AND a.kind = ANY(%(kinds)s) AND NOT EXISTS (SELECT FROM judged j WHERE j.appliance_key = a.key)
ORDER BY a.key

-- name: note_newcomers
-- All days of the newcomers that are stored so far.
INSERT INTO day_due (appliance_key, day, newest, due_since)
SELECT r.appliance_key, (r.time AT TIME ZONE 'UTC')::date, max(r.time), %(received_to)s
FROM (
    SELECT appliance_key, time FROM reading_air_conditioner
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_refrigerator
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_washing_machine
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_dryer
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_dishwasher
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_water_heater
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_air_purifier
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_range_hood
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM reading_circuit
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM cycle_washing_machine
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM cycle_dryer
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM cycle_dishwasher
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s
    UNION ALL
    SELECT appliance_key, time FROM event
    WHERE appliance_key = ANY(%(keys)s) AND received_at <= %(received_to)s AND code = 'filter_clean_alarm'
) r
GROUP BY r.appliance_key, (r.time AT TIME ZONE 'UTC')::date
ON CONFLICT (appliance_key, day) DO UPDATE SET newest = greatest(day_due.newest, excluded.newest)

-- name: mark_newcomers
INSERT INTO judged (appliance_key, received_to, data_to)
SELECT unnest(%(keys)s::integer[]), %(received_to)s, 'epoch'
ON CONFLICT (appliance_key) DO NOTHING

-- name: note_moved
-- Rows that changed hands keep their old time of arrival, behind the mark: their days are noted here.
INSERT INTO day_due (appliance_key, day, newest, due_since)
SELECT j.appliance_key, day::date, least(%(last)s, (day + interval '1 day') AT TIME ZONE 'UTC'), %(now)s
FROM judged j, generate_series((%(first)s::timestamptz AT TIME ZONE 'UTC')::date::timestamp,
                               (%(last)s::timestamptz AT TIME ZONE 'UTC')::date::timestamp, interval '1 day') day
WHERE j.appliance_key = %(appliance_key)s
ON CONFLICT (appliance_key, day) DO UPDATE SET newest = greatest(day_due.newest, excluded.newest)

-- name: due
-- What waits, longest first.
SELECT d.appliance_key, a.kind, array_agg(d.day ORDER BY d.day), greatest(max(d.newest), j.data_to)
FROM day_due d
JOIN appliance a ON a.key = d.appliance_key AND a.claimed AND a.kind = ANY(%(kinds)s)
JOIN judged j ON j.appliance_key = d.appliance_key
WHERE d.not_before <= %(now)s
GROUP BY d.appliance_key, a.kind, j.data_to
ORDER BY min(d.due_since), d.appliance_key
LIMIT %(most)s

-- name: settle
-- The days are done, and the appliance's mark advances.
WITH done AS (DELETE FROM day_due WHERE appliance_key = %(appliance_key)s AND day = ANY(%(days)s))
UPDATE judged SET received_to = greatest(received_to, %(received_to)s), data_to = greatest(data_to, %(data_to)s)
WHERE appliance_key = %(appliance_key)s

-- name: commit_lazily
-- A crash may undo the last commits of scoring, whole: the days are due again then, and are judged again.
SET synchronous_commit = off

-- name: put_off
-- After a failure: again later, ever more seldom, at most a day apart.
UPDATE day_due SET failures = failures + 1,
                   not_before = %(now)s::timestamptz + least(interval '1 minute' * 4 ^ failures, interval '1 day')
WHERE appliance_key = %(appliance_key)s AND day = ANY(%(days)s)

-- name: readings_air_conditioner
SELECT extract(epoch FROM time)::float8 AS time_s, mode, setpoint_c, room_c, coil_in_c, coil_out_c, outdoor_c, supply_c,
       discharge_c, compressor_hz, fan_rpm, fan_level, eev_steps, humidity_pct, defrost, power_w, filter_h,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h
FROM reading_air_conditioner
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: readings_refrigerator
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, fridge_c, freezer_c, evap_c, ambient_c, compressor_hz,
       compressor_on, door_open, door_opens, defrost
FROM reading_refrigerator
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: readings_washing_machine
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, phase, drum_rpm, vibration_mm_s, water_c,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h
FROM reading_washing_machine
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: readings_dryer
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, phase, inlet_c, exhaust_c, heater_w, limit_trips,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h
FROM reading_dryer
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: readings_dishwasher
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, phase, water_c, heater_w, circ_pump_w, turbidity_ntu,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h
FROM reading_dishwasher
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: readings_water_heater
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, voltage_v, top_c, bottom_c, inlet_c, flow_lpm, heater_w,
       leakage_ma, cutout_trips, anode_ma
FROM reading_water_heater
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: readings_air_purifier
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, fan_level, fan_rpm, pm25_ugm3, filter_h,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h
FROM reading_air_purifier
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: readings_range_hood
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, fan_level, fan_rpm, filter_h,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h
FROM reading_range_hood
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: readings_circuit
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, voltage_v, current_a, leakage_ma, terminal_c, upstream_v
FROM reading_circuit
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: cycles_washing_machine
SELECT extract(epoch FROM time)::float8 AS time_s, fill_s, drain_s, litres, load_kg, spin_rpm, spin_vibration_mm_s,
       rebalances
FROM cycle_washing_machine
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: cycles_dryer
SELECT extract(epoch FROM time)::float8 AS time_s, minutes, load_kg, water_kg
FROM cycle_dryer
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: cycles_dishwasher
SELECT extract(epoch FROM time)::float8 AS time_s, fill_s, drain_s, litres
FROM cycle_dishwasher
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s

-- name: beside_washing_machine
-- What the home's dishwashers filled: the same mains pressure.
SELECT extract(epoch FROM c.time)::float8 AS time_s, c.fill_s, c.litres
FROM appliance own
JOIN appliance a ON a.household_id = own.household_id AND a.kind = 'dishwasher' AND a.claimed
JOIN cycle_dishwasher c ON c.appliance_key = a.key
WHERE own.key = %(appliance_key)s AND c.time >= %(starts)s AND c.time < %(ends)s AND c.received_at <= %(received_to)s

-- name: events
SELECT extract(epoch FROM time)::float8 AS time_s, code, active::int AS active
FROM event
WHERE appliance_key = %(appliance_key)s AND time >= %(starts)s AND time < %(ends)s AND received_at <= %(received_to)s
  AND code = 'filter_clean_alarm'
ORDER BY time, active

-- name: forget_days
DELETE FROM feature_day WHERE appliance_key = %(appliance_key)s AND day = ANY(%(days)s)

-- name: write_indices
INSERT INTO feature_day (appliance_key, day, index, value, spread, weight)
SELECT %(appliance_key)s, * FROM unnest(%(days)s::date[], %(indices)s::text[], %(values)s::float8[],
                                        %(spreads)s::float8[], %(weights)s::float8[])
ON CONFLICT (appliance_key, index, day) DO UPDATE
SET value = excluded.value, spread = excluded.spread, weight = excluded.weight

-- name: read_series
-- One row per index, its days in order: packed numbers, because a row per day costs ten times as much to take in.
SELECT index, string_agg(int4send(day - date '0001-01-01' + 1), ''),
       string_agg(float8send(value) || float8send(spread) || float8send(weight), '')
FROM (
    SELECT index, day, value, spread, weight FROM feature_day
    WHERE appliance_key = %(appliance_key)s AND day >= %(first)s
    ORDER BY index, day
) ordered
GROUP BY index

-- name: read_references
-- The newest reference of each index: an older one was replaced after a service.
SELECT DISTINCT ON (index) index, (learned_from AT TIME ZONE 'UTC')::date, (learned_to AT TIME ZONE 'UTC')::date, model
FROM reference WHERE appliance_key = %(appliance_key)s
ORDER BY index, learned_to DESC

-- name: write_reference
INSERT INTO reference (appliance_key, index, learned_from, learned_to, model)
VALUES (%(appliance_key)s, %(index)s, %(learned_from)s::date::timestamp AT TIME ZONE 'UTC',
        %(learned_to)s::date::timestamp AT TIME ZONE 'UTC', %(model)s)
