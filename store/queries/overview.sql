-- name: totals
-- What stands open now, for the terminal.
SELECT (SELECT count(*) FROM appliance WHERE claimed),
       (SELECT count(*) FROM appliance WHERE NOT claimed),
       (SELECT count(*) FROM finding WHERE state IN ('open', 'acknowledged')),
       (SELECT count(*) FROM reminder),
       (SELECT count(*) FROM service_order),
       (SELECT count(*) FROM dead_letter)

-- name: news
-- Every change of a finding, reminder or order since the one last seen, in words' raw material, oldest first.
SELECT c.id, c.entity, c.to_state, c.reason, coalesce(a.id, o.household_id, ''), f.fault, f.urgency, f.evidence -> 0, o.number
FROM state_change c
LEFT JOIN reminder r ON c.entity = 'reminder' AND r.id = c.entity_id
LEFT JOIN service_order o ON c.entity = 'order' AND o.id = c.entity_id
LEFT JOIN finding f ON f.id = CASE c.entity WHEN 'finding' THEN c.entity_id WHEN 'reminder' THEN r.finding_id END
LEFT JOIN appliance a ON a.key = f.appliance_key
WHERE c.id > %(after)s AND c.entity IN ('finding', 'reminder', 'order') ORDER BY c.id LIMIT 200
