-- name: say_alive
INSERT INTO worker (name, started_at, seen_at, healthy, text, counters)
VALUES (%(name)s, %(started_at)s, clock_timestamp(), %(healthy)s, %(text)s, %(counters)s)
ON CONFLICT (name) DO UPDATE
SET started_at = excluded.started_at, seen_at = excluded.seen_at, healthy = excluded.healthy, text = excluded.text,
    counters = excluded.counters

-- name: workers
SELECT name, started_at, seen_at, healthy, text, counters, clock_timestamp() - seen_at FROM worker ORDER BY name
