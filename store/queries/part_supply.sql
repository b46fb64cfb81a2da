-- name: to_supply
-- Orders that somebody agreed to and whose tasks lack something; the rule itself decides afterwards.
SELECT DISTINCT o.id FROM service_order o JOIN order_task t ON t.order_id = o.id CROSS JOIN unnest(t.parts) AS wanted
WHERE o.state IN ('approved', 'offered', 'confirmed', 'scheduled', 'en_route', 'on_site', 'reopened')
  AND t.outcome IS NULL
  AND NOT EXISTS (SELECT FROM part_reservation r JOIN part p ON p.id = r.part_id
                  WHERE r.task_id = t.id AND coalesce(p.role, p.id) = wanted
                    AND r.state IN ('reserved', 'picked', 'consumed')
                    AND (r.state <> 'reserved' OR r.place NOT LIKE 'van:%%' OR r.place = 'van:' || o.technician_id))
ORDER BY o.id

-- name: to_release
-- What is held for orders that are over.
SELECT r.id, r.state, o.state FROM part_reservation r JOIN order_task t ON t.id = r.task_id
JOIN service_order o ON o.id = t.order_id
WHERE r.state IN ('reserved', 'picked')
  AND o.state IN ('completed', 'verified', 'declined', 'cancelled', 'proposed') ORDER BY r.id

-- name: order
SELECT o.state, o.number, o.technician_id, coalesce(v.outlet_id, o.outlet_id)
FROM service_order o LEFT JOIN technician v ON v.id = o.technician_id WHERE o.id = %(id)s FOR UPDATE OF o

-- name: needs
-- The tasks of orders with what they are about.
SELECT t.id AS task_id, t.order_id, a.id AS appliance_id, a.kind, a.maker, a.model, f.fault, f.probability,
       t.parts, t.outcome
FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
WHERE t.order_id = %(order_id)s AND a.kind IS NOT NULL ORDER BY t.added_at, t.id

-- name: filled
-- What each task holds or has used, by role.
SELECT r.task_id, coalesce(p.role, p.id) AS role, r.id, r.part_id, r.quantity, r.place, r.state
FROM part_reservation r JOIN part p ON p.id = r.part_id JOIN order_task t ON t.id = r.task_id
WHERE t.order_id = %(order_id)s AND r.state IN ('reserved', 'picked', 'consumed') ORDER BY r.made_at, r.id

-- name: coming
SELECT x.task_id, coalesce(p.role, p.id) AS role, x.number
FROM part_transfer x JOIN part p ON p.id = x.part_id JOIN order_task t ON t.id = x.task_id
WHERE t.order_id = %(order_id)s AND x.state IN ('requested', 'approved', 'shipped')

-- name: usage
-- By kind and fault: visits where it was there, and in how many of them each role was used.
WITH done AS (
    SELECT t.id, a.kind, CASE t.outcome WHEN 'confirmed' THEN f.fault ELSE t.found_fault END AS fault
    FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
    WHERE t.outcome IN ('confirmed', 'other_fault') AND a.kind IS NOT NULL
), used AS (
    SELECT DISTINCT d.id, d.kind, d.fault, coalesce(p.role, p.id) AS role
    FROM done d JOIN part_reservation r ON r.task_id = d.id AND r.state = 'consumed' JOIN part p ON p.id = r.part_id
), counted AS (
    SELECT kind, fault, jsonb_object_agg(role, n) AS used
    FROM (SELECT kind, fault, role, count(*) AS n FROM used GROUP BY kind, fault, role) c GROUP BY kind, fault
)
SELECT d.kind, d.fault, count(*)::int, coalesce(c.used, '{}')
FROM done d LEFT JOIN counted c USING (kind, fault) WHERE d.fault IS NOT NULL GROUP BY d.kind, d.fault, c.used

-- name: miss
INSERT INTO part_shortage (task_id, role, explanation, since)
VALUES (%(task_id)s, %(role)s, %(explanation)s, %(now)s)
ON CONFLICT (task_id, role) DO UPDATE SET explanation = excluded.explanation
WHERE part_shortage.explanation <> excluded.explanation

-- name: no_longer_missed
DELETE FROM part_shortage WHERE task_id = %(task_id)s AND role = %(role)s

-- name: shortages
SELECT s.task_id, s.role, s.explanation FROM part_shortage s JOIN order_task t ON t.id = s.task_id
WHERE t.order_id = %(order_id)s

-- name: all_shortages
-- What orders under way lack, the longest known first.
SELECT s.task_id, o.id AS order_id, o.number, o.outlet_id, o.visit_starts, s.role, s.explanation, s.since
FROM part_shortage s JOIN order_task t ON t.id = s.task_id JOIN service_order o ON o.id = t.order_id
WHERE o.state IN ('approved', 'offered', 'confirmed', 'scheduled', 'en_route', 'on_site', 'reopened')
  AND t.outcome IS NULL
ORDER BY s.since, o.number, s.role LIMIT 500

-- name: second_level
-- The regional store of an outlet, and whether the asking place is a van (then its own outlet comes first).
WITH RECURSIVE home AS (
    SELECT s.id AS place, coalesce(s.outlet_id, t.outlet_id) AS outlet_id, s.kind
    FROM stock_place s LEFT JOIN technician t ON t.id = s.technician_id WHERE s.id = %(place)s
), chain AS (
    SELECT h.outlet_id, 0 AS level, h.kind FROM home h
    UNION ALL
    SELECT o.supplied_by, c.level + 1, c.kind FROM chain c JOIN outlet o ON o.id = c.outlet_id
    WHERE o.supplied_by IS NOT NULL AND c.level < 3
)
SELECT 'outlet:' || outlet_id FROM chain WHERE level > 0 OR kind = 'van' ORDER BY level

-- name: request
INSERT INTO part_transfer (part_id, quantity, to_place, task_id, asked_by, asked_at)
VALUES (%(part_id)s, %(quantity)s, %(to_place)s, %(task_id)s, %(asked_by)s, %(now)s) RETURNING id

-- name: open_transfer
SELECT number, state FROM part_transfer
WHERE task_id = %(task_id)s AND part_id = %(part_id)s AND state IN ('requested', 'approved', 'shipped')

-- name: source
UPDATE part_transfer SET from_place = %(from_place)s, explanation = %(explanation)s WHERE id = %(id)s

-- name: transfer
SELECT x.id, x.number, x.part_id, x.quantity, x.from_place, x.to_place, x.task_id, t.order_id,
       (SELECT o.number FROM service_order o WHERE o.id = t.order_id) AS order_number, x.state, x.explanation, x.asked_by,
       x.asked_at, x.version
FROM part_transfer x LEFT JOIN order_task t ON t.id = x.task_id WHERE x.id = %(id)s

-- name: transfer_page
SELECT x.id, x.number, x.part_id, x.quantity, x.from_place, x.to_place, x.task_id, t.order_id,
       (SELECT o.number FROM service_order o WHERE o.id = t.order_id) AS order_number, x.state, x.explanation, x.asked_by,
       x.asked_at, x.version
FROM part_transfer x LEFT JOIN order_task t ON t.id = x.task_id
WHERE (%(after)s::bigint IS NULL OR x.number < %(after)s)
  AND (%(states)s::text[] IS NULL OR x.state = ANY(%(states)s))
  AND (%(place)s::text IS NULL OR %(place)s IN (x.from_place, x.to_place))
ORDER BY x.number DESC LIMIT %(limit)s

-- name: reservation_page
SELECT r.id, t.order_id, r.task_id, r.part_id, r.quantity, r.place, r.state
FROM part_reservation r JOIN order_task t ON t.id = r.task_id
WHERE (%(after)s::uuid IS NULL OR r.id > %(after)s)
  AND (%(states)s::text[] IS NULL OR r.state = ANY(%(states)s))
  AND (%(order_id)s::uuid IS NULL OR t.order_id = %(order_id)s)
ORDER BY r.id LIMIT %(limit)s

-- name: task
SELECT t.order_id, a.id AS appliance_id, a.kind, a.maker, a.model, o.state AS order_state, o.technician_id,
       coalesce(v.outlet_id, o.outlet_id) AS outlet_id, t.outcome
FROM order_task t JOIN service_order o ON o.id = t.order_id LEFT JOIN technician v ON v.id = o.technician_id
JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key WHERE t.id = %(task_id)s

-- name: arrived
DELETE FROM part_shortage s USING part p
WHERE s.task_id = %(task_id)s AND p.id = %(part_id)s AND s.role = coalesce(p.role, p.id)

-- name: lead_days
SELECT lead_days FROM part WHERE id = %(part_id)s
