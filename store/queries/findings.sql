-- name: raise
-- Open a finding, or refresh the open one. A fault that was dismissed is not raised again for 30 days of data time,
-- unless it is urgent: a safety alarm is never held back. Nor is one opened while work on it, that the system was told
-- of, has not had time to show.
INSERT INTO finding (appliance_key, fault, urgency, probability, raised_at, judged_at, first_judged_at, fails_p10, fails_p50,
                     fails_p90, action, parts, evidence, detector, ruled_out, score, model_sha256)
SELECT %(appliance_key)s, %(fault)s, %(urgency)s, %(probability)s, %(raised_at)s, %(judged_at)s, %(judged_at)s,
       %(fails_p10)s, %(fails_p50)s, %(fails_p90)s, %(action)s, %(parts)s, %(evidence)s, %(detector)s, %(ruled_out)s, %(score)s,
       %(model_sha256)s
WHERE %(urgency)s = 'urgent'
   OR (NOT EXISTS (SELECT FROM finding d WHERE d.appliance_key = %(appliance_key)s AND d.fault = %(fault)s
                   AND d.state = 'dismissed' AND d.judged_at > %(judged_at)s::timestamptz - interval '30 days')
       AND (EXISTS (SELECT FROM finding o WHERE o.appliance_key = %(appliance_key)s AND o.fault = %(fault)s
                    AND o.state IN ('open', 'acknowledged'))
            OR NOT EXISTS (SELECT FROM service s WHERE s.appliance_key = %(appliance_key)s AND s.at <= %(raised_at)s
                           AND s.at > %(judged_at)s::timestamptz - %(rests)s::interval
                           AND (s.fault = %(fault)s OR (s.fault = '' AND s.action = ANY(%(put_right_by)s))))))
ON CONFLICT (appliance_key, fault) WHERE state IN ('open', 'acknowledged') DO UPDATE
SET urgency = CASE WHEN finding.urgency = 'urgent' THEN 'urgent' ELSE excluded.urgency END,
    probability = excluded.probability,
    judged_at = greatest(finding.judged_at, excluded.judged_at),
    cleared_at = NULL,
    fails_p10 = excluded.fails_p10, fails_p50 = excluded.fails_p50, fails_p90 = excluded.fails_p90,
    evidence = excluded.evidence, detector = excluded.detector, ruled_out = excluded.ruled_out
RETURNING id, xmax = 0 AS opened

-- name: clear
-- The condition is gone; what it set off is settled by the scheduler.
UPDATE finding SET cleared_at = %(at)s, judged_at = greatest(judged_at, %(at)s)
WHERE appliance_key = %(appliance_key)s AND fault = %(fault)s AND state IN ('open', 'acknowledged')
  AND cleared_at IS NULL
RETURNING id

-- name: running
-- What is found on appliances and has not ended.
SELECT appliance_key, fault FROM finding
WHERE appliance_key = ANY(%(keys)s::integer[]) AND state IN ('open', 'acknowledged') AND cleared_at IS NULL
