-- name: visit
-- What an owner may know of their order; who comes from where, and how to reach a person there.
SELECT o.id, o.number, o.state, o.urgency, o.household_id, h.name AS household_name, h.timezone,
       coalesce(h.contact ->> 'language', 'en') AS language, o.technician_id, t.name AS technician_name,
       u.name AS outlet_name, u.phone, o.visit_starts, o.visit_ends, o.merged_into
FROM service_order o
JOIN household h ON h.id = o.household_id
LEFT JOIN technician t ON t.id = o.technician_id
LEFT JOIN outlet u ON u.id = coalesce(t.outlet_id, o.outlet_id)
WHERE o.id = %(id)s

-- name: work
-- What is done at a visit, with what is known of the appliance's warranty.
SELECT a.kind, a.room, f.fault, f.urgency, t.minutes, t.along, a.installed_on, a.facts
FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
WHERE t.order_id = %(id)s AND a.kind IS NOT NULL AND f.state NOT IN ('resolved', 'dismissed')
ORDER BY t.along, t.added_at, t.id

-- name: visits_of_home
-- Open orders of a home and those that ended lately, the next first.
SELECT o.id, o.number, o.state, o.urgency, h.timezone, coalesce(h.contact ->> 'language', 'en') AS language,
       CASE WHEN o.state IN ('scheduled', 'en_route', 'on_site') THEN o.visit_starts END AS starts,
       CASE WHEN o.state IN ('scheduled', 'en_route', 'on_site') THEN o.visit_ends END AS ends, o.completed_at,
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(a.kind, f.fault, f.urgency)), '[]')
        FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
        WHERE t.order_id = o.id AND a.kind IS NOT NULL) AS work
FROM service_order o JOIN household h ON h.id = o.household_id
WHERE o.household_id = %(household_id)s
  AND (o.state NOT IN ('declined', 'cancelled', 'completed', 'verified') OR o.completed_at > %(since)s)
ORDER BY o.state IN ('completed', 'verified'), o.visit_starts NULLS LAST, o.number LIMIT 20

-- name: technicians
SELECT id, name FROM technician WHERE id = ANY(%(ids)s)

-- name: lock_technician
-- Two owners who choose the same person at the same moment are put in order.
SELECT FROM technician WHERE id = %(id)s FOR NO KEY UPDATE
