-- name: handled
-- Messages that all ingest workers together have stored or refused since they started.
SELECT coalesce(sum((counters ->> 'messages')::bigint), 0), coalesce(sum((counters ->> 'waiting')::bigint), 0)
FROM worker WHERE counters ? 'messages'

-- name: letters
-- Dead letters of a stretch of time by reason, only those of the topics given.
SELECT reason, count(*) FROM dead_letter
WHERE last_at >= to_timestamp(%(since)s) AND topic = ANY(%(topics)s) GROUP BY reason ORDER BY reason

-- name: letter_details
SELECT topic, reason, detail FROM dead_letter
WHERE last_at >= to_timestamp(%(since)s) AND topic = ANY(%(topics)s) ORDER BY topic, reason

-- name: keys
SELECT DISTINCT d.appliance_key FROM unnest(%(dialects)s::text[], %(names)s::text[]) AS w (dialect, name)
JOIN device d USING (dialect, name)
