-- name: raise
-- Open a finding, or refresh the open one. A fault that was dismissed is not raised again for 30 days of data time,
-- unless it is urgent: a safety alarm is never held back.
INSERT INTO finding (appliance_key, fault, urgency, probability, raised_at, judged_at, fails_p10, fails_p50, fails_p90,
                     action, parts, evidence, detector, score, model_sha256)
SELECT %(appliance_key)s, %(fault)s, %(urgency)s, %(probability)s, %(raised_at)s, %(judged_at)s, %(fails_p10)s,
       %(fails_p50)s, %(fails_p90)s, %(action)s, %(parts)s, %(evidence)s, %(detector)s, %(score)s, %(model_sha256)s
WHERE %(urgency)s = 'urgent'
   OR NOT EXISTS (SELECT FROM finding d WHERE d.appliance_key = %(appliance_key)s AND d.fault = %(fault)s
                  AND d.state = 'dismissed' AND d.judged_at > %(judged_at)s::timestamptz - interval '30 days')
ON CONFLICT (appliance_key, fault) WHERE state IN ('open', 'acknowledged') DO UPDATE
SET urgency = CASE WHEN finding.urgency = 'urgent' THEN 'urgent' ELSE excluded.urgency END,
    probability = excluded.probability,
    judged_at = greatest(finding.judged_at, excluded.judged_at),
    cleared_at = NULL,
    fails_p10 = excluded.fails_p10, fails_p50 = excluded.fails_p50, fails_p90 = excluded.fails_p90,
    evidence = excluded.evidence, detector = excluded.detector
RETURNING id, xmax = 0 AS opened

-- name: clear
-- The condition is gone; what it set off is settled by the scheduler.
UPDATE finding SET cleared_at = %(at)s, judged_at = greatest(judged_at, %(at)s)
WHERE appliance_key = %(appliance_key)s AND fault = %(fault)s AND state IN ('open', 'acknowledged')
  AND cleared_at IS NULL
RETURNING id
