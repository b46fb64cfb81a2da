-- name: due
-- Appliances whose screen should show something else than it does. Shown are alarms until they have cleared, visits
-- unless nothing is done yet,
-- and reminders that the owner has neither snoozed nor declined; the most pressing one.
SELECT a.key, a.id, a.kind, best.finding_id, best.fault, best.urgency, best.evidence, best.raised_at,
       coalesce(h.timezone, 'UTC'), coalesce(h.contact ->> 'language', 'en')
FROM appliance a
LEFT JOIN household h ON h.id = a.household_id
LEFT JOIN appliance_notice shown ON shown.appliance_key = a.key
LEFT JOIN LATERAL (
    SELECT f.id AS finding_id, f.fault, f.urgency, f.evidence, f.raised_at
    FROM finding f LEFT JOIN reminder r ON r.finding_id = f.id LEFT JOIN decision d ON d.finding_id = f.id
    WHERE f.appliance_key = a.key AND f.state IN ('open', 'acknowledged') AND f.cleared_at IS NULL
      AND (f.urgency <> 'self' OR r.state IN ('sent', 'seen', 'done', 'escalated'))
      AND (f.urgency <> 'visit' OR d.option IS DISTINCT FROM 'nothing')
    ORDER BY array_position(ARRAY['urgent', 'visit', 'self'], f.urgency), f.raised_at, f.id
    LIMIT 1
) best ON true
WHERE a.kind IS NOT NULL
  AND a.key IN (SELECT f.appliance_key FROM finding f WHERE f.state IN ('open', 'acknowledged')
                UNION SELECT n.appliance_key FROM appliance_notice n WHERE n.finding_id IS NOT NULL)
  AND (best.finding_id IS DISTINCT FROM shown.finding_id OR best.urgency IS DISTINCT FROM shown.urgency)
ORDER BY a.key

-- name: show
-- Claim the change; no row if another scheduler has shown the same already.
INSERT INTO appliance_notice AS n (appliance_key, finding_id, urgency, changed_at)
VALUES (%(appliance_key)s, %(finding_id)s, %(urgency)s, %(now)s)
ON CONFLICT (appliance_key) DO UPDATE
SET finding_id = excluded.finding_id, urgency = excluded.urgency, changed_at = excluded.changed_at
WHERE n.finding_id IS DISTINCT FROM excluded.finding_id OR n.urgency IS DISTINCT FROM excluded.urgency
RETURNING appliance_key
