-- name: entries
-- Visits of a home, or of a technician, since %(since)s, those that were called off too; the other of the two is null.
SELECT e.order_id, e.round, e.starts, e.ends, e.sequence, e.cancelled, e.changed_at, o.number, h.name AS household_name,
       coalesce(h.contact ->> 'address', '') AS address, h.latitude, h.longitude, t.name AS technician_name,
       u.name AS outlet_name, u.phone,
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(a.kind, f.fault, f.urgency)), '[]')
        FROM order_task k JOIN finding f ON f.id = k.finding_id JOIN appliance a ON a.key = f.appliance_key
        WHERE k.order_id = o.id AND a.kind IS NOT NULL) AS work
FROM visit_entry e
JOIN service_order o ON o.id = e.order_id JOIN household h ON h.id = o.household_id
LEFT JOIN technician t ON t.id = coalesce(e.technician_id, o.technician_id)
LEFT JOIN outlet u ON u.id = coalesce(t.outlet_id, o.outlet_id)
WHERE (e.technician_id = %(technician)s OR (e.technician_id IS NULL AND o.household_id = %(home)s)) AND e.ends > %(since)s
ORDER BY e.starts, e.order_id, e.round

-- name: home
SELECT h.name, coalesce(h.contact ->> 'language', 'en') AS language FROM household h WHERE h.id = %(id)s

-- name: technician
SELECT t.name, 'en' AS language FROM technician t WHERE t.id = %(id)s

