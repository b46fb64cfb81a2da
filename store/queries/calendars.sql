-- name: of_home
-- Visits of a home since %(since)s, those that were called off too.
SELECT e.order_id, e.round, e.starts, e.ends, e.sequence, e.cancelled, e.changed_at, o.number, h.name AS household_name,
       coalesce(h.contact ->> 'address', '') AS address, h.latitude, h.longitude, t.name AS technician_name,
       u.name AS outlet_name, u.phone,
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(a.kind, f.fault, f.urgency)), '[]')
        FROM order_task k JOIN finding f ON f.id = k.finding_id JOIN appliance a ON a.key = f.appliance_key
        WHERE k.order_id = o.id AND a.kind IS NOT NULL) AS work
FROM visit_entry e
JOIN service_order o ON o.id = e.order_id JOIN household h ON h.id = o.household_id
LEFT JOIN technician t ON t.id = o.technician_id LEFT JOIN outlet u ON u.id = coalesce(t.outlet_id, o.outlet_id)
WHERE o.household_id = %(id)s AND e.technician_id IS NULL AND e.ends > %(since)s ORDER BY e.starts, e.order_id, e.round

-- name: of_technician
SELECT e.order_id, e.round, e.starts, e.ends, e.sequence, e.cancelled, e.changed_at, o.number, h.name AS household_name,
       coalesce(h.contact ->> 'address', '') AS address, h.latitude, h.longitude, t.name AS technician_name,
       u.name AS outlet_name, u.phone,
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(a.kind, f.fault, f.urgency)), '[]')
        FROM order_task k JOIN finding f ON f.id = k.finding_id JOIN appliance a ON a.key = f.appliance_key
        WHERE k.order_id = o.id AND a.kind IS NOT NULL) AS work
FROM visit_entry e
JOIN service_order o ON o.id = e.order_id JOIN household h ON h.id = o.household_id
JOIN technician t ON t.id = e.technician_id JOIN outlet u ON u.id = t.outlet_id
WHERE e.technician_id = %(id)s AND e.ends > %(since)s ORDER BY e.starts, e.order_id, e.round

-- name: home
SELECT h.name, coalesce(h.contact ->> 'language', 'en') AS language FROM household h WHERE h.id = %(id)s

-- name: technician
SELECT t.name, 'en' AS language FROM technician t WHERE t.id = %(id)s

