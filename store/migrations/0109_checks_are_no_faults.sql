-- A check that was agreed in a campaign is no fault when it was made; what it found instead is one.
CREATE OR REPLACE VIEW confirmed_fault AS
SELECT f.id AS finding_id, f.appliance_key, coalesce(seen.found_fault, f.fault) AS fault, f.raised_at AS at,
       'technician' AS confirmed_by,
       ARRAY(SELECT DISTINCT coalesce(p.role, p.id)
             FROM order_task t JOIN part_reservation r ON r.task_id = t.id AND r.state = 'consumed'
             JOIN part p ON p.id = r.part_id WHERE t.finding_id = f.id ORDER BY 1) AS parts
FROM (SELECT DISTINCT finding_id, CASE WHEN outcome = 'other_fault' THEN found_fault END AS found_fault
      FROM order_task WHERE outcome = 'confirmed' OR (outcome = 'other_fault' AND found_fault IS NOT NULL)) seen
JOIN finding f ON f.id = seen.finding_id
WHERE coalesce(seen.found_fault, f.fault) <> 'campaign_check'
UNION ALL
SELECT f.id, f.appliance_key, f.fault, f.raised_at, 'telemetry', '{}'::text[]
FROM reminder r JOIN finding f ON f.id = r.finding_id
WHERE r.state = 'verified';
