-- name: take_batch
-- The oldest rows that still lie under a placeholder, taken out and handed over: exactly the rows returned are gone,
-- so a row that an ingest worker adds meanwhile waits for the next batch.
DELETE FROM {source} s
USING (SELECT appliance_key, time FROM {source} WHERE appliance_key = ANY(%(keys)s)
       ORDER BY time LIMIT %(limit)s) oldest
WHERE s.appliance_key = oldest.appliance_key AND s.time = oldest.time
RETURNING s.time, s.received_at, s.seq, s.extra, s.notes, {columns}

-- name: put
-- What is stored already under the appliance stays; what is missing there is filled in.
INSERT INTO {target} AS t (time, appliance_key, received_at, seq, extra, notes, {columns})
VALUES (%(time)s, %(appliance_key)s, %(received_at)s, %(seq)s, %(extra)s, %(notes)s, {values})
ON CONFLICT (appliance_key, time) DO UPDATE
SET extra = COALESCE(excluded.extra || t.extra, t.extra, excluded.extra),
    notes = COALESCE(t.notes, excluded.notes), {assignments}

-- name: roll_up
-- Moved rows keep their old time of arrival, behind the mark of the roll-up job; so their hours are summed here.
INSERT INTO {hourly} AS h (hour, appliance_key, n, {columns})
SELECT time_bucket('1 hour', time), appliance_key, count(*), {aggregates}
FROM {readings}
WHERE appliance_key = %(key)s AND time >= time_bucket('1 hour', %(first)s::timestamptz)
  AND time < time_bucket('1 hour', %(last)s::timestamptz) + interval '1 hour'
GROUP BY 1, 2
ON CONFLICT (appliance_key, hour) DO UPDATE SET n = excluded.n, {assignments}

-- name: drop_hours
DELETE FROM hourly_unclaimed WHERE appliance_key = ANY(%(keys)s)

-- name: target
SELECT kind FROM appliance WHERE key = %(key)s AND claimed

-- name: merged_into
SELECT from_key FROM appliance_merge WHERE to_key = %(key)s ORDER BY from_key

-- name: move_events
WITH moved AS (
    DELETE FROM event WHERE appliance_key = ANY(%(keys)s) RETURNING time, received_at, seq, code, active
), put AS (
    INSERT INTO event (time, appliance_key, received_at, seq, code, active)
    SELECT time, %(key)s, received_at, seq, code, active FROM moved
    ON CONFLICT (appliance_key, time, code, active) DO NOTHING
)
SELECT count(*) FROM moved

-- name: leftovers
-- Claimed appliances of which rows still lie where the unclaimed ones are kept, or under a placeholder.
SELECT a.key FROM appliance a
WHERE a.claimed AND (%(key)s::integer IS NULL OR a.key = %(key)s) AND (
    EXISTS (SELECT FROM reading_unclaimed r WHERE r.appliance_key = a.key)
    OR (a.kind = ANY(%(kinds_with_cycles)s) AND EXISTS (SELECT FROM cycle_unclaimed c WHERE c.appliance_key = a.key))
    OR EXISTS (SELECT FROM appliance_merge m WHERE m.to_key = a.key AND (
        EXISTS (SELECT FROM reading_unclaimed r WHERE r.appliance_key = m.from_key)
        OR EXISTS (SELECT FROM cycle_unclaimed c WHERE c.appliance_key = m.from_key)
        OR EXISTS (SELECT FROM event e WHERE e.appliance_key = m.from_key))))
ORDER BY a.key

-- name: add_merge
INSERT INTO appliance_merge (from_key, to_key, at) VALUES (%(from_key)s, %(to_key)s, %(at)s)

-- name: redirect_merges
-- Whoever was merged into the placeholder before goes on to the same appliance.
UPDATE appliance_merge SET to_key = %(to_key)s WHERE to_key = %(from_key)s

-- name: redirect_devices
UPDATE device SET appliance_key = %(to_key)s WHERE appliance_key = %(from_key)s

-- name: redirect_dead_letters
UPDATE dead_letter SET appliance_key = %(to_key)s WHERE appliance_key = %(from_key)s

-- name: merge_mark
-- Two devices number their readings each for themselves: a mark the appliance has already is not touched.
INSERT INTO sequence_mark (appliance_key, seq, at)
SELECT %(to_key)s, seq, at FROM sequence_mark WHERE appliance_key = %(from_key)s
ON CONFLICT (appliance_key) DO NOTHING

-- name: latest
SELECT at, received_at, signals, first_at FROM latest_values WHERE appliance_key = %(key)s FOR UPDATE

-- name: write_latest
INSERT INTO latest_values (appliance_key, first_at, at, received_at, signals)
VALUES (%(key)s, %(first_at)s, %(at)s, %(received_at)s, %(signals)s)
ON CONFLICT (appliance_key) DO UPDATE
SET first_at = least(latest_values.first_at, excluded.first_at), at = excluded.at, received_at = excluded.received_at, signals = excluded.signals

-- name: finished_merges
-- Placeholders that nothing refers to any more and no worker can still write under.
SELECT m.from_key FROM appliance_merge m
WHERE m.at < %(before)s
  AND NOT EXISTS (SELECT FROM device d WHERE d.appliance_key = m.from_key)
  AND NOT EXISTS (SELECT FROM finding f WHERE f.appliance_key = m.from_key)
  AND NOT EXISTS (SELECT FROM reading_unclaimed r WHERE r.appliance_key = m.from_key)
  AND NOT EXISTS (SELECT FROM cycle_unclaimed c WHERE c.appliance_key = m.from_key)
  AND NOT EXISTS (SELECT FROM event e WHERE e.appliance_key = m.from_key)
ORDER BY m.from_key

-- name: drop_mark
DELETE FROM sequence_mark WHERE appliance_key = %(key)s

-- name: drop_gaps
DELETE FROM sequence_gap WHERE appliance_key = %(key)s

-- name: drop_safety
DELETE FROM safety_state WHERE appliance_key = %(key)s

-- name: drop_latest
DELETE FROM latest_values WHERE appliance_key = %(key)s

-- name: drop_features
DELETE FROM feature_day WHERE appliance_key = %(key)s

-- name: drop_references
DELETE FROM reference WHERE appliance_key = %(key)s

-- name: drop_judged
DELETE FROM judged WHERE appliance_key = %(key)s

-- name: drop_appliance
DELETE FROM appliance WHERE key = %(key)s
