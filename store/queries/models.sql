-- name: register
-- A model is known by its hash: registering it again changes nothing (no row), or mends a stored file that was damaged
-- (false).
INSERT INTO model (sha256, name, content, simulated, provenance, code_version)
VALUES (%(sha256)s, %(name)s, %(content)s, %(simulated)s, %(provenance)s, %(code_version)s)
ON CONFLICT (sha256) DO UPDATE SET content = excluded.content WHERE model.content <> excluded.content
RETURNING xmax = 0

-- name: page
-- Newest first, without the content.
SELECT id, sha256, name, state, simulated, provenance, code_version, replaces, registered_at, promoted_at, version
FROM model
WHERE (%(after_at)s::timestamptz IS NULL OR (registered_at, id) < (%(after_at)s, %(after_id)s))
  AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
ORDER BY registered_at DESC, id DESC LIMIT %(limit)s

-- name: named
-- Models whose id or hash begins as given.
SELECT id, sha256, name, state, simulated, provenance, code_version, replaces, registered_at, promoted_at, version
FROM model WHERE id::text LIKE %(start)s || '%%' OR sha256 LIKE %(start)s || '%%'
LIMIT 2

-- name: champion
SELECT id, sha256 FROM model WHERE state = 'champion' FOR UPDATE

-- name: note_replaced
UPDATE model SET replaces = %(replaces)s WHERE id = %(id)s

-- name: at_work
-- What judges now: the champion, and those in its shadow, by hash; the content only where the caller lacks it.
SELECT sha256, state, replaces, CASE WHEN NOT sha256 = ANY(%(known)s) THEN content END
FROM model WHERE state IN ('champion', 'shadow') ORDER BY sha256

-- name: content
SELECT content FROM model WHERE sha256 = %(sha256)s

-- name: fallen_back
SELECT kind FROM model_drift WHERE fallen_back AND model_sha256 = %(sha256)s

-- name: drift
SELECT kind, model_sha256, outside, appliances, fallen_back, since, checked_at FROM model_drift ORDER BY kind

-- name: note_drift
INSERT INTO model_drift (kind, model_sha256, outside, appliances, fallen_back, since, checked_at)
VALUES (%(kind)s, %(model_sha256)s, %(outside)s, %(appliances)s, %(fallen_back)s, %(at)s, %(at)s)
ON CONFLICT (kind) DO UPDATE
SET model_sha256 = excluded.model_sha256, outside = excluded.outside, appliances = excluded.appliances,
    fallen_back = excluded.fallen_back, checked_at = excluded.checked_at,
    since = CASE WHEN model_drift.fallen_back = excluded.fallen_back THEN model_drift.since ELSE excluded.since END

-- name: outside
-- By kind: share of the daily indices of the last days that lie outside the ranges given, the mean over appliances, so
-- that one that sends much does not decide alone.
SELECT kind, avg(outside), count(*)
FROM (
    SELECT a.kind, f.appliance_key, avg((f.value < r.low OR f.value > r.high)::int)::float8 AS outside
    FROM unnest(%(kinds)s::text[], %(indices)s::text[], %(lows)s::float8[], %(highs)s::float8[])
         AS r (kind, index, low, high)
    JOIN appliance a ON a.kind = r.kind AND a.claimed
    JOIN judged j ON j.appliance_key = a.key
    JOIN feature_day f ON f.appliance_key = a.key AND f.index = r.index
                      AND f.day > (j.data_to AT TIME ZONE 'UTC')::date - %(days)s::int
    GROUP BY a.kind, f.appliance_key
) by_appliance
GROUP BY kind ORDER BY kind

-- name: raise_quiet
INSERT INTO quiet_finding (model_sha256, appliance_key, fault, urgency, probability, raised_at, judged_at, evidence,
                           detector)
VALUES (%(model_sha256)s, %(appliance_key)s, %(fault)s, %(urgency)s, %(probability)s, %(raised_at)s, %(judged_at)s,
        %(evidence)s, %(detector)s)
ON CONFLICT (model_sha256, appliance_key, fault) WHERE cleared_at IS NULL DO UPDATE
SET probability = excluded.probability, judged_at = greatest(quiet_finding.judged_at, excluded.judged_at),
    evidence = excluded.evidence, detector = excluded.detector

-- name: clear_quiet
UPDATE quiet_finding SET cleared_at = %(at)s, judged_at = greatest(judged_at, %(at)s)
WHERE model_sha256 = %(model_sha256)s AND appliance_key = %(appliance_key)s AND fault = %(fault)s
  AND cleared_at IS NULL

-- name: reviews
-- What the watch for the unknown found, newest first: for people who look into it, never for owners.
SELECT q.id, q.model_sha256, a.id AS appliance_id, a.kind, q.fault, q.probability, q.raised_at, q.judged_at,
       q.cleared_at, q.evidence, q.reviewed_at, q.reviewed_by, q.review
FROM quiet_finding q JOIN appliance a ON a.key = q.appliance_key
WHERE q.fault = 'unknown' AND (%(reviewed)s::boolean IS NULL OR (q.reviewed_at IS NOT NULL) = %(reviewed)s)
  AND (%(after_at)s::timestamptz IS NULL OR (q.raised_at, q.id) < (%(after_at)s, %(after_id)s))
ORDER BY q.raised_at DESC, q.id DESC LIMIT %(limit)s

-- name: review
-- Somebody has looked into it; the first word stands.
UPDATE quiet_finding SET reviewed_at = %(at)s, reviewed_by = %(actor)s, review = %(said)s
WHERE id = %(id)s AND fault = 'unknown' AND reviewed_at IS NULL RETURNING true

-- name: reviewed
SELECT reviewed_by, reviewed_at FROM quiet_finding WHERE id = %(id)s AND fault = 'unknown'

-- name: quiet_of
-- What a challenger said since it began, by appliance and fault.
SELECT q.appliance_key, q.fault, q.urgency, q.raised_at, q.probability FROM quiet_finding q
WHERE q.model_sha256 = %(model_sha256)s AND q.fault <> 'unknown' AND q.raised_at >= %(since)s
ORDER BY q.raised_at, q.id

-- name: said
-- What people were told since then, with what became of it: the raw material of labels. One row per finding; of several
-- tasks the newest that has an outcome.
SELECT f.appliance_key, a.kind, f.fault, f.urgency, f.raised_at, f.judged_at, f.cleared_at, f.state, f.probability,
       f.score, f.detector, f.model_sha256, r.state, t.outcome, o.state, o.completed_at,
       EXISTS (SELECT FROM state_change s
               WHERE s.entity = 'reminder' AND s.entity_id = r.id AND s.to_state = 'declined')
FROM finding f
JOIN appliance a ON a.key = f.appliance_key
LEFT JOIN reminder r ON r.finding_id = f.id
LEFT JOIN LATERAL (
    SELECT task.outcome, task.order_id FROM order_task task
    WHERE task.finding_id = f.id
    ORDER BY (task.outcome IS NULL), task.added_at DESC LIMIT 1
) t ON true
LEFT JOIN service_order o ON o.id = t.order_id
WHERE f.raised_at >= %(since)s
ORDER BY f.raised_at, f.id

-- name: judged_months
-- Appliance-months since then in which appliances were judged (by arrival).
SELECT coalesce(sum(greatest(extract(epoch FROM j.received_to - greatest(a.created_at, %(since)s)), 0)), 0)::float8
       / (86400 * 30.4375)
FROM judged j JOIN appliance a ON a.key = j.appliance_key AND a.claimed

-- name: shadow_since
-- When the model last began to judge in the shadow.
SELECT max(at) FROM state_change WHERE entity = 'model' AND entity_id = %(id)s AND to_state = 'shadow'
