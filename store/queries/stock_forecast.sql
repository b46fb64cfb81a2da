-- name: cases
-- Open findings of claimed appliances with what is known of their visit, and the roles that are held for them. Work that is
-- done and waits for its proof needs nothing any more, unless it is opened again.
SELECT a.kind, f.fault, f.urgency, f.probability, f.fails_p10, f.fails_p50, f.fails_p90, h.latitude, h.longitude,
       o.outlet_id, o.visit_starts, o.due_by, o.id IS NOT NULL,
       coalesce((SELECT array_agg(DISTINCT coalesce(p.role, p.id)) FROM part_reservation r JOIN part p ON p.id = r.part_id
                 WHERE r.task_id = t.id AND r.state IN ('reserved', 'picked', 'consumed')), '{}')
FROM finding f JOIN appliance a ON a.key = f.appliance_key AND a.claimed JOIN household h ON h.id = a.household_id
LEFT JOIN LATERAL (
    SELECT t.id, t.order_id FROM order_task t JOIN service_order s ON s.id = t.order_id
    WHERE t.finding_id = f.id AND t.outcome IS NULL
      AND s.state NOT IN ('completed', 'verified', 'declined', 'cancelled') LIMIT 1) t ON true
LEFT JOIN service_order o ON o.id = t.order_id
WHERE f.state IN ('open', 'acknowledged') AND f.cleared_at IS NULL AND (f.urgency <> 'self' OR cardinality(f.parts) > 0)
  AND NOT EXISTS (SELECT FROM order_task w JOIN service_order d ON d.id = w.order_id
                  WHERE w.finding_id = f.id AND d.state = 'completed')

-- name: fleet
SELECT h.id, h.latitude, h.longitude, a.kind, count(*)::int
FROM appliance a JOIN household h ON h.id = a.household_id WHERE a.claimed GROUP BY h.id, a.kind

-- name: found
-- Findings that nobody dismissed, by kind and fault.
SELECT a.kind, f.fault, count(*)::int FROM finding f JOIN appliance a ON a.key = f.appliance_key AND a.claimed
WHERE f.state <> 'dismissed' GROUP BY a.kind, f.fault

-- name: years
-- How long appliances have been watched: from the first to the last day that there is data of.
SELECT a.kind, sum(extract(epoch FROM greatest(l.at - coalesce(d.first, l.at), interval '0')))::float8 / 31557600
FROM appliance a JOIN latest_values l ON l.appliance_key = a.key
LEFT JOIN (SELECT appliance_key, min(day)::timestamptz AS first FROM feature_day GROUP BY appliance_key) d
       ON d.appliance_key = a.key
WHERE a.claimed GROUP BY a.kind

-- name: supply
-- By outlet and role: free pieces, those on their way to it, and the slowest supplier.
SELECT s.outlet_id, coalesce(p.role, p.id), array_agg(p.id ORDER BY p.id),
       sum(coalesce(b.on_hand - b.reserved, 0))::int,
       sum(coalesce((SELECT sum(x.quantity) FROM part_transfer x
                     WHERE x.part_id = p.id AND x.to_place = s.id AND x.state = 'shipped'), 0))::int,
       max(p.lead_days)
FROM stock_place s CROSS JOIN part p
LEFT JOIN stock_balance b ON b.place = s.id AND b.part_id = p.id
WHERE s.kind = 'outlet' AND p.superseded_by IS NULL GROUP BY s.outlet_id, coalesce(p.role, p.id)
