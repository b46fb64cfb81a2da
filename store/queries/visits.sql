-- name: technicians
-- Active technicians with the clock and place of their outlet, their hours and the absences that touch the period.
-- No hours at all mean the usual week.
SELECT t.id, t.outlet_id, o.latitude, o.longitude, o.timezone, t.skills, t.area_km,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(h.weekday, h.starts, h.ends, h.break_minutes, h.break_from,
                                                    h.break_to) ORDER BY h.weekday), '[]')
        FROM technician_hours h WHERE h.technician_id = t.id) AS hours,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(a.starts, a.ends) ORDER BY a.starts), '[]')
        FROM technician_absence a
        WHERE a.technician_id = t.id AND a.starts < %(to)s AND a.ends > %(from)s) AS absences,
       (SELECT g.grade FROM technician_grade g WHERE g.technician_id = t.id AND g.state <> 'overturned'
        ORDER BY g.month DESC LIMIT 1) AS grade
FROM technician t JOIN outlet o ON o.id = t.outlet_id
WHERE t.active ORDER BY t.id

-- name: booked
-- Visits with a technician and a time that are agreed or under way, and touch the period. Plans count whole seconds.
SELECT o.id::text, coalesce(h.latitude, u.latitude), coalesce(h.longitude, u.longitude), o.technician_id,
       date_trunc('second', o.visit_starts), date_trunc('second', o.visit_ends), o.state, o.locked
FROM service_order o JOIN household h ON h.id = o.household_id
JOIN technician t ON t.id = o.technician_id JOIN outlet u ON u.id = t.outlet_id
WHERE o.state IN ('confirmed', 'scheduled', 'en_route', 'on_site')
  AND o.visit_starts < %(to)s AND o.visit_ends > %(from)s
ORDER BY o.visit_starts, o.number

-- name: jobs
-- Orders that need a visit, with what a plan must know of them. A home without a place is taken to be at its outlet.
-- Needs are, by task, the roles that nothing is reserved of yet, and what is on its way.
SELECT o.id::text AS order_id, o.number, o.version, o.state, o.urgency, o.due_by, o.outlet_id, o.technician_id,
       date_trunc('second', o.visit_starts) AS visit_starts, date_trunc('second', o.visit_ends) AS visit_ends, o.locked,
       h.name AS household_name,
       coalesce(h.latitude, u.latitude) AS latitude, coalesce(h.longitude, u.longitude) AS longitude,
       h.latitude IS NOT NULL AND h.longitude IS NOT NULL AS place_known,
       t.minutes, t.kinds, t.probability,
       (SELECT jsonb_agg(jsonb_build_array(a.kind, f.fault, f.probability, ARRAY(
                   SELECT wanted FROM unnest(k.parts) wanted WHERE NOT EXISTS (
                       SELECT FROM part_reservation r JOIN part p ON p.id = r.part_id
                       WHERE r.task_id = k.id AND r.state IN ('reserved', 'picked') AND coalesce(p.role, p.id) = wanted)
                   ORDER BY wanted), ARRAY(
                   SELECT coalesce(p.role, p.id) FROM part_transfer x JOIN part p ON p.id = x.part_id
                   WHERE x.task_id = k.id AND x.state IN ('requested', 'approved', 'shipped'))) ORDER BY k.id)
        FROM order_task k JOIN finding f ON f.id = k.finding_id JOIN appliance a ON a.key = f.appliance_key
        WHERE k.order_id = o.id) AS needs
FROM service_order o
JOIN household h ON h.id = o.household_id
LEFT JOIN outlet u ON u.id = o.outlet_id
JOIN LATERAL (
    SELECT sum(k.minutes)::int AS minutes, max(f.probability) AS probability,
           coalesce(array_agg(DISTINCT a.kind) FILTER (WHERE a.kind IS NOT NULL), '{}') AS kinds
    FROM order_task k JOIN finding f ON f.id = k.finding_id JOIN appliance a ON a.key = f.appliance_key
    WHERE k.order_id = o.id) t ON t.minutes IS NOT NULL
WHERE (%(orders)s::uuid[] IS NULL OR o.id = ANY(%(orders)s)) AND o.state = ANY(%(states)s)
ORDER BY o.number

-- name: pieces
-- What nobody has reserved, by place and by what a fault asks for.
SELECT b.place, coalesce(p.role, p.id), sum(b.on_hand - b.reserved)::int
FROM stock_balance b JOIN part p ON p.id = b.part_id
WHERE b.on_hand > b.reserved AND b.place <> 'transit' GROUP BY 1, 2
