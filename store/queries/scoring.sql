-- name: lock_mark
-- Up to which arrival days have been noted as due; locked, so that two callers cannot both take the same arrivals. And the
-- database's clock.
SELECT received_to, clock_timestamp() FROM arrival_mark FOR UPDATE

-- name: move_mark
UPDATE arrival_mark SET received_to = %(received_to)s

-- name: note_arrivals
-- Days touched by what arrived since the mark. BRIN on received_at makes this cost what arrived, not what is stored.
-- The mark goes to the newest arrival that was seen, never past it: a clock that runs ahead skips nothing (decision 0068).
-- Rows dated ahead of their arrival are there only after such a clock; their days are not judged.
WITH touched AS (
    SELECT r.appliance_key, (r.time AT TIME ZONE 'UTC')::date AS day,
           max(r.time) FILTER (WHERE r.received_at <= %(received_to)s) AS newest,
           max(r.received_at) FILTER (WHERE r.received_at <= %(received_to)s) AS arrived,
           count(*) FILTER (WHERE r.received_at > %(ahead)s) AS ahead
    FROM (
        SELECT appliance_key, time, received_at FROM reading_air_conditioner
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM reading_refrigerator
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM reading_washing_machine
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM reading_dryer
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM reading_dishwasher
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM reading_water_heater
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM reading_air_purifier
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM reading_range_hood
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM reading_circuit
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM cycle_washing_machine
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM cycle_dryer
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM cycle_dishwasher
        WHERE received_at > %(received_from)s
        UNION ALL
        SELECT appliance_key, time, received_at FROM event
        WHERE received_at > %(received_from)s AND code = 'filter_clean_alarm'
    ) r
    WHERE r.time <= r.received_at + interval '5 minutes'
    GROUP BY 1, 2
), noted AS (
    INSERT INTO day_due (appliance_key, day, newest, due_since)
    SELECT t.appliance_key, t.day, t.newest, %(received_to)s
    FROM touched t JOIN judged j ON j.appliance_key = t.appliance_key
    WHERE t.arrived IS NOT NULL
    ON CONFLICT (appliance_key, day) DO UPDATE SET newest = greatest(day_due.newest, excluded.newest)
)
SELECT max(arrived), coalesce(sum(ahead), 0)::bigint FROM touched

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
WHERE r.time <= %(received_to)s::timestamptz + interval '5 minutes'
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
-- What waits, longest first. Nothing is put off by more than a day: what is, was put off by a clock that ran ahead.
SELECT d.appliance_key, a.kind, array_agg(d.day ORDER BY d.day), greatest(max(d.newest), j.data_to)
FROM day_due d
JOIN appliance a ON a.key = d.appliance_key AND a.claimed AND a.kind = ANY(%(kinds)s)
JOIN judged j ON j.appliance_key = d.appliance_key
WHERE (d.not_before <= %(now)s OR d.not_before > %(now)s::timestamptz + interval '25 hours')
GROUP BY d.appliance_key, a.kind, j.data_to
ORDER BY min(d.due_since), d.appliance_key
LIMIT %(most)s

-- name: settle
-- The days are done, and the marks of the appliances advance.
WITH done AS (
    DELETE FROM day_due d
    USING unnest(%(due_keys)s::integer[], %(due_days)s::date[]) AS was (key, day)
    WHERE d.appliance_key = was.key AND d.day = was.day
)
UPDATE judged j
SET received_to = greatest(j.received_to, %(received_to)s), data_to = greatest(j.data_to, was.data_to)
FROM unnest(%(keys)s::integer[], %(data_to)s::timestamptz[]) AS was (key, data_to)
WHERE j.appliance_key = was.key

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
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h, appliance_key
FROM reading_air_conditioner
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: readings_refrigerator
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, fridge_c, freezer_c, evap_c, ambient_c, compressor_hz,
       compressor_on, door_open, door_opens, defrost, appliance_key
FROM reading_refrigerator
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: readings_washing_machine
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, phase, drum_rpm, vibration_mm_s, water_c,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h, appliance_key
FROM reading_washing_machine
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: readings_dryer
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, phase, inlet_c, exhaust_c, heater_w, limit_trips,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h, appliance_key
FROM reading_dryer
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: readings_dishwasher
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, phase, water_c, heater_w, circ_pump_w, turbidity_ntu,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h, appliance_key
FROM reading_dishwasher
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: readings_water_heater
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, voltage_v, top_c, bottom_c, inlet_c, flow_lpm, heater_w,
       leakage_ma, cutout_trips, anode_ma, appliance_key
FROM reading_water_heater
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: readings_air_purifier
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, fan_level, fan_rpm, pm25_ugm3, filter_h,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h, appliance_key
FROM reading_air_purifier
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: readings_range_hood
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, fan_level, fan_rpm, filter_h,
       extra->'filter_used_pct' AS filter_used_pct,
       extra->'filter_clean_alarm' AS filter_clean_alarm, extra->'filter_capacity_h' AS filter_capacity_h, appliance_key
FROM reading_range_hood
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: readings_circuit
SELECT extract(epoch FROM time)::float8 AS time_s, power_w, voltage_v, current_a, leakage_ma, terminal_c, upstream_v,
       appliance_key
FROM reading_circuit
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: cycles_washing_machine
SELECT extract(epoch FROM time)::float8 AS time_s, fill_s, drain_s, litres, load_kg, spin_rpm, spin_vibration_mm_s,
       rebalances, appliance_key
FROM cycle_washing_machine
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: cycles_dryer
SELECT extract(epoch FROM time)::float8 AS time_s, minutes, load_kg, water_kg, appliance_key
FROM cycle_dryer
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: cycles_dishwasher
SELECT extract(epoch FROM time)::float8 AS time_s, fill_s, drain_s, litres, appliance_key
FROM cycle_dishwasher
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s

-- name: beside_washing_machine
-- What the home's dishwashers filled: the same mains pressure.
SELECT extract(epoch FROM c.time)::float8 AS time_s, c.fill_s, c.litres, own.key AS appliance_key
FROM appliance own
JOIN appliance a ON a.household_id = own.household_id AND a.kind = 'dishwasher' AND a.claimed
JOIN cycle_dishwasher c ON c.appliance_key = a.key
WHERE own.key = ANY(%(keys)s::integer[]) AND c.time >= %(starts)s AND c.time < %(ends)s
  AND c.received_at <= %(received_to)s

-- name: events
SELECT extract(epoch FROM time)::float8 AS time_s, code, active::int AS active, appliance_key
FROM event
WHERE appliance_key = ANY(%(keys)s::integer[]) AND time >= %(starts)s AND time < %(ends)s
  AND received_at <= %(received_to)s AND code = 'filter_clean_alarm'
ORDER BY time, active

-- name: forget_days
-- All that is remembered of these days; it looks through everything of the appliance, so only where nobody knows better.
DELETE FROM feature_day f
USING unnest(%(keys)s::integer[], %(days)s::date[]) AS gone (key, day)
WHERE f.appliance_key = gone.key AND f.day = gone.day

-- name: forget_indices
DELETE FROM feature_day f
USING unnest(%(keys)s::integer[], %(indices)s::text[], %(days)s::date[]) AS gone (key, index, day)
WHERE f.appliance_key = gone.key AND f.index = gone.index AND f.day = gone.day

-- name: write_indices
INSERT INTO feature_day (appliance_key, day, index, value, spread, weight)
SELECT * FROM unnest(%(keys)s::integer[], %(days)s::date[], %(indices)s::text[], %(values)s::float8[],
                     %(spreads)s::float8[], %(weights)s::float8[])
ON CONFLICT (appliance_key, index, day) DO UPDATE
SET value = excluded.value, spread = excluded.spread, weight = excluded.weight

-- name: read_series
-- One row per appliance and index, its days in order: arrays, because a row per day costs ten times as much to take in.
SELECT appliance_key, index, array_agg(day - date '0001-01-01' + 1), array_agg(value), array_agg(spread),
       array_agg(weight)
FROM (
    SELECT appliance_key, index, day, value, spread, weight FROM feature_day
    WHERE appliance_key = ANY(%(keys)s::integer[]) AND day >= %(first)s
    ORDER BY appliance_key, index, day
) ordered
GROUP BY appliance_key, index

-- name: read_references
-- The newest reference of each index: an older one was replaced after a service.
SELECT DISTINCT ON (appliance_key, index)
       appliance_key, index, (learned_from AT TIME ZONE 'UTC')::date, (learned_to AT TIME ZONE 'UTC')::date, model
FROM reference WHERE appliance_key = ANY(%(keys)s::integer[])
ORDER BY appliance_key, index, learned_to DESC

-- name: write_reference
-- One that is learned again from the same day on, because what was told of a service has changed, takes the other's place.
INSERT INTO reference (appliance_key, index, learned_from, learned_to, model)
VALUES (%(appliance_key)s, %(index)s, %(learned_from)s::date::timestamp AT TIME ZONE 'UTC',
        %(learned_to)s::date::timestamp AT TIME ZONE 'UTC', %(model)s)
ON CONFLICT (appliance_key, index, learned_from) DO UPDATE SET learned_to = excluded.learned_to, model = excluded.model
