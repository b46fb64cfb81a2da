-- name: page
-- Newest first. raised_at never changes, so pages stay put while new findings are raised.
SELECT f.id, a.id AS appliance_id, a.kind, a.household_id, f.fault, f.state, f.urgency, f.probability, f.raised_at,
       f.judged_at, f.cleared_at, f.fails_p10, f.fails_p50, f.fails_p90, f.action, f.parts, f.evidence, f.detector,
       f.dismissed_for, f.version, d.option AS decision, d.reason AS decision_reason, f.ruled_out
FROM finding f JOIN appliance a ON a.key = f.appliance_key LEFT JOIN decision d ON d.finding_id = f.id
WHERE (%(after_at)s::timestamptz IS NULL OR (f.raised_at, f.id) < (%(after_at)s, %(after_id)s::uuid))
  AND (%(states)s::text[] IS NULL OR f.state = ANY(%(states)s))
  AND (%(urgencies)s::text[] IS NULL OR f.urgency = ANY(%(urgencies)s))
  AND (%(faults)s::text[] IS NULL OR f.fault = ANY(%(faults)s))
  AND (%(kinds)s::text[] IS NULL OR a.kind = ANY(%(kinds)s))
  AND (%(household)s::text IS NULL OR a.household_id = %(household)s)
  AND (%(appliance)s::text IS NULL OR a.id = %(appliance)s)
ORDER BY f.raised_at DESC, f.id DESC LIMIT %(limit)s

-- name: one
SELECT f.id, a.id AS appliance_id, a.kind, a.household_id, f.fault, f.state, f.urgency, f.probability, f.raised_at,
       f.judged_at, f.cleared_at, f.fails_p10, f.fails_p50, f.fails_p90, f.action, f.parts, f.evidence, f.detector,
       f.dismissed_for, f.version, d.option AS decision, d.reason AS decision_reason, f.ruled_out
FROM finding f JOIN appliance a ON a.key = f.appliance_key LEFT JOIN decision d ON d.finding_id = f.id WHERE f.id = %(id)s

-- name: chart_facts
-- What the chart of a finding is drawn from.
SELECT f.appliance_key, a.kind FROM finding f JOIN appliance a ON a.key = f.appliance_key WHERE f.id = %(id)s
