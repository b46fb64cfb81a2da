-- name: start_mark
-- A kind that was never rolled up starts before all arrivals, which our own clock stamps.
INSERT INTO rollup_mark (kind, received_to) VALUES (%(kind)s, 'epoch') ON CONFLICT (kind) DO NOTHING

-- name: lock_mark
-- Locked until commit, so that two schedulers cannot roll up the same kind at once.
SELECT received_to, backlog_from, pass_from, dropped_to FROM rollup_mark WHERE kind = %(kind)s FOR UPDATE

-- name: set_mark
UPDATE rollup_mark
SET received_to = %(received_to)s, backlog_from = %(backlog_from)s, pass_from = %(pass_from)s
WHERE kind = %(kind)s

-- name: set_dropped
-- Only ever forward.
INSERT INTO rollup_mark (kind, received_to, dropped_to) VALUES (%(kind)s, 'epoch', %(dropped_to)s)
ON CONFLICT (kind) DO UPDATE SET dropped_to = greatest(rollup_mark.dropped_to, excluded.dropped_to)

-- name: roll
-- Recompute the hours that arrivals after `after` touched, oldest arrivals first, at most `groups` of them (more only
-- where they arrived at the same instant). One statement, so that one snapshot decides what arrived and what is
-- summed. Each hour is read through the unique index: the cost follows the hours touched, not the span between them.
-- An hour that comes out the same is not written again.
WITH touched AS MATERIALIZED (
    SELECT appliance_key, time_bucket('1 hour', time) AS hour, min(received_at) AS arrived
    FROM {readings}
    WHERE received_at > %(after)s::timestamptz AND time >= coalesce(%(not_before)s::timestamptz, '-infinity')
    GROUP BY appliance_key, hour
    ORDER BY arrived
    FETCH FIRST %(groups)s ROWS WITH TIES
), rolled AS (
    INSERT INTO {hourly} AS h (hour, appliance_key, n, {columns})
    SELECT t.hour, t.appliance_key, s.*
    FROM touched t
    CROSS JOIN LATERAL (
        SELECT count(*), {aggregates}
        FROM {readings}
        WHERE appliance_key = t.appliance_key AND time >= t.hour AND time < t.hour + interval '1 hour'
    ) s
    ON CONFLICT (appliance_key, hour) DO UPDATE SET n = excluded.n, {assignments}
    WHERE (h.n, {old}) IS DISTINCT FROM (excluded.n, {new})
    RETURNING 1
)
SELECT (SELECT count(*) FROM touched), (SELECT max(arrived) FROM touched), (SELECT count(*) FROM rolled)

-- name: drop_before
-- Whole chunks only: what is dropped is a chunk whose last moment is before `before`.
SELECT count(*) FROM drop_chunks(%(table)s::regclass, older_than => %(before)s::timestamptz)
