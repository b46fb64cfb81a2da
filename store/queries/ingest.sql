-- name: lock_client
-- Two workers under one MQTT client id would throw each other out in turn.
SELECT pg_try_advisory_lock(709322012, hashtext(%(client_id)s))

-- name: listen
LISTEN wellkept_registry

-- name: add_appliances
-- Placeholders for devices nobody has claimed.
INSERT INTO appliance (id) SELECT unnest(%(ids)s::text[]) ON CONFLICT (id) DO NOTHING

-- name: add_devices
INSERT INTO device (dialect, name, appliance_key)
SELECT d.dialect, d.name, a.key
FROM unnest(%(dialects)s::text[], %(names)s::text[], %(ids)s::text[]) AS d (dialect, name, id)
JOIN appliance a ON a.id = d.id
ON CONFLICT (dialect, name) DO NOTHING

-- name: devices
-- Which appliance each device speaks for.
SELECT d.dialect, d.name, d.appliance_key
FROM unnest(%(dialects)s::text[], %(names)s::text[]) AS wanted (dialect, name)
JOIN device d USING (dialect, name)

-- name: appliances
-- What ingest has to know of an appliance, with how far it had come.
SELECT a.key, a.id, a.kind, a.breaker_rating_a, a.rcd_ma, a.rated_current_a, a.rated_power_w, a.nominal_v,
       m.seq, m.at, s.state, l.at
FROM appliance a
LEFT JOIN sequence_mark m ON m.appliance_key = a.key
LEFT JOIN safety_state s ON s.appliance_key = a.key
LEFT JOIN latest_values l ON l.appliance_key = a.key
WHERE a.key = ANY(%(keys)s)

-- name: facts
-- The same without the state, after somebody changed an appliance or a device.
SELECT a.key, a.id, a.kind, a.breaker_rating_a, a.rcd_ma, a.rated_current_a, a.rated_power_w, a.nominal_v
FROM appliance a WHERE a.key = ANY(%(keys)s)

-- name: set_marks
INSERT INTO sequence_mark (appliance_key, seq, at)
SELECT * FROM unnest(%(keys)s::int[], %(seqs)s::bigint[], %(ats)s::timestamptz[])
ON CONFLICT (appliance_key) DO UPDATE SET seq = excluded.seq, at = excluded.at

-- name: add_gap
INSERT INTO sequence_gap (appliance_key, first_seq, last_seq) VALUES (%(key)s, %(first)s, %(last)s)

-- name: set_safety_states
INSERT INTO safety_state (appliance_key, state)
SELECT key, state FROM jsonb_to_recordset(%(rows)s) AS r (key integer, state jsonb)
ON CONFLICT (appliance_key) DO UPDATE SET state = excluded.state, updated_at = now()

-- name: set_latest
-- Partial updates merge: each signal keeps its last value and when it was said.
INSERT INTO latest_values (appliance_key, first_at, at, received_at, signals)
SELECT key, first_at, at, received_at, signals
FROM jsonb_to_recordset(%(rows)s)
     AS r (key integer, first_at timestamptz, at timestamptz, received_at timestamptz, signals jsonb)
ON CONFLICT (appliance_key) DO UPDATE
SET first_at = least(latest_values.first_at, excluded.first_at),
    at = greatest(latest_values.at, excluded.at),
    received_at = greatest(latest_values.received_at, excluded.received_at),
    signals = latest_values.signals || excluded.signals

-- name: add_dead_letters
INSERT INTO dead_letter (digest, topic, reason, detail, payload, appliance_key, first_at, last_at)
SELECT digest, topic, reason, detail, payload, appliance_key, at, at
FROM unnest(%(digests)s::bytea[], %(topics)s::text[], %(reasons)s::text[], %(details)s::text[], %(payloads)s::bytea[],
            %(keys)s::int[], %(ats)s::timestamptz[])
     AS d (digest, topic, reason, detail, payload, appliance_key, at)
ON CONFLICT (digest) DO UPDATE SET times = dead_letter.times + 1, last_at = excluded.last_at

-- name: set_presence
UPDATE appliance a SET online = p.online, online_since = p.at
FROM unnest(%(keys)s::int[], %(online)s::boolean[], %(ats)s::timestamptz[]) AS p (key, online, at)
WHERE a.key = p.key AND a.online IS DISTINCT FROM p.online

-- name: describe_device
UPDATE device SET facts = facts || %(facts)s WHERE dialect = %(dialect)s AND name = %(name)s

-- name: add_notice
INSERT INTO outbox (channel, address, payload, retain) VALUES ('mqtt', %(topic)s, %(payload)s, true)
