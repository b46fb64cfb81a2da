-- name: extent
-- First and last reading within the range, through the unique index.
SELECT (SELECT time FROM {readings} WHERE appliance_key = %(key)s AND time >= %(from)s AND time < %(to)s
        ORDER BY time LIMIT 1),
       (SELECT time FROM {readings} WHERE appliance_key = %(key)s AND time >= %(from)s AND time < %(to)s
        ORDER BY time DESC LIMIT 1)

-- name: newest
SELECT time FROM {readings} WHERE appliance_key = %(key)s ORDER BY time DESC LIMIT 1

-- name: many
-- Whether there are more readings than points, without counting millions.
SELECT count(*) FROM (SELECT FROM {readings} WHERE appliance_key = %(key)s AND time >= %(from)s AND time < %(to)s
                      LIMIT %(limit)s) AS few

-- name: raw
SELECT time, extra, notes, {columns} FROM {readings}
WHERE appliance_key = %(key)s AND time >= %(from)s AND time < %(to)s ORDER BY time

-- name: bucketed
SELECT time_bucket(%(bucket)s::interval, time) AS bucket, count(*) AS n, {aggregates} FROM {readings}
WHERE appliance_key = %(key)s AND time >= %(from)s AND time < %(to)s GROUP BY bucket ORDER BY bucket

-- name: hourly
SELECT time_bucket(%(bucket)s::interval, hour) AS bucket, sum(n)::bigint AS n, {aggregates} FROM {hourly}
WHERE appliance_key = %(key)s AND hour >= %(from)s AND hour < %(to)s GROUP BY bucket ORDER BY bucket

-- name: hourly_present
SELECT to_regclass(%(table)s) IS NOT NULL

-- name: hourly_covers
-- Whether the roll-up has the first and the last hour of the data.
SELECT EXISTS (SELECT FROM {hourly} WHERE appliance_key = %(key)s AND hour = time_bucket('1 hour', %(first)s::timestamptz))
   AND EXISTS (SELECT FROM {hourly} WHERE appliance_key = %(key)s AND hour = time_bucket('1 hour', %(last)s::timestamptz))

-- name: cycles
SELECT time, received_at, seq, extra, notes, {columns} FROM {cycles}
WHERE appliance_key = %(key)s AND (%(before)s::timestamptz IS NULL OR time < %(before)s)
  AND (%(from)s::timestamptz IS NULL OR time >= %(from)s) AND (%(to)s::timestamptz IS NULL OR time < %(to)s)
ORDER BY time DESC LIMIT %(limit)s

-- name: events
SELECT time, received_at, seq, code, active FROM event
WHERE appliance_key = %(key)s
  AND (%(before)s::timestamptz IS NULL OR (time, code, active) < (%(before)s, %(code)s::text, %(active)s::boolean))
  AND (%(from)s::timestamptz IS NULL OR time >= %(from)s) AND (%(to)s::timestamptz IS NULL OR time < %(to)s)
ORDER BY time DESC, code DESC, active DESC LIMIT %(limit)s
