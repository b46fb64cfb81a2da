-- name: missed_visits
-- Agreed times that somebody came to late, or not at all: by when arrival was said, and by who gave the time up after it
-- had passed. Nobody is blamed who was away, who was excused, or where the owner or the program ended it.
SELECT a.id, a.technician_id, a.order_id, o.number, a.starts, a.arrived_at, a.ended_at, a.ended_by
FROM appointment a JOIN service_order o ON o.id = a.order_id
WHERE a.excused IS NULL AND a.starts > %(since)s AND a.starts < %(now)s
  AND NOT EXISTS (SELECT FROM technician_absence g
                  WHERE g.technician_id = a.technician_id AND g.starts < a.ends AND g.ends > a.starts)
  AND NOT EXISTS (SELECT FROM points_entry p
                  WHERE p.technician_id = a.technician_id AND p.event = 'visit ' || a.id)
  AND (a.arrived_at > a.starts + %(late_after)s
       OR (NOT a.came AND a.arrived_at IS NULL
           AND greatest(coalesce(a.ended_at, a.ends), a.ends) + %(report_wait)s < %(now)s
           AND coalesce(a.ended_at, 'infinity') > a.starts + %(late_after)s
           AND coalesce(a.ended_by, '') NOT IN ('owner', 'scheduler', 'system')))
ORDER BY a.id

-- name: missed_calls
-- Calls that a technician took on in good time and that were not settled in theirs.
SELECT b.id, b.technician_id, b.order_id, b.number, b.kind, b.due_at, b.closed_at
FROM obligation b
WHERE b.technician_id IS NOT NULL AND b.given_at <= b.due_at - %(call_lead)s AND b.state <> 'void'
  AND b.due_at > %(since)s AND b.due_at < %(now)s AND coalesce(b.closed_at, %(now)s) > b.due_at
  AND NOT EXISTS (SELECT FROM points_entry p
                  WHERE p.technician_id = b.technician_id AND p.event = 'call ' || b.id)
ORDER BY b.number

-- name: repeated_work
-- Work that had to be done again, with whoever did it last before: a later order found the same fault or needed the same
-- part (and it was confirmed there), or the readings or the owner opened the order again and the next visit found
-- something. Upkeep that comes round by itself (self-care), and what a visit found nothing at, is no repeat.
WITH again AS (
    SELECT DISTINCT ON (later.order_id) later.order_id, o.number, o.completed_at AS at, f.fault, later.outcome,
           before.technician_id, before.order_id AS first_order, before.number AS first_number, before.at AS first_at,
           'repeat ' || later.order_id AS event
    FROM order_task later
    JOIN service_order o ON o.id = later.order_id AND o.completed_at IS NOT NULL
    JOIN finding f ON f.id = later.finding_id AND f.urgency <> 'self'
    JOIN LATERAL (
        SELECT e.technician_id, e.order_id, w.number, e.at, t.found_fault, g.fault
        FROM order_task t JOIN order_finish e ON e.order_id = t.order_id JOIN service_order w ON w.id = e.order_id
        JOIN finding g ON g.id = t.finding_id
        WHERE (t.id = later.repeats OR t.repeats = later.repeats) AND t.order_id <> later.order_id
          AND e.at < o.completed_at
        ORDER BY e.at DESC LIMIT 1) before ON before.technician_id IS NOT NULL
    WHERE later.repeats IS NOT NULL AND o.completed_at >= %(since)s AND NOT later.along
      AND (later.outcome = 'confirmed' OR later.found_fault = coalesce(before.found_fault, before.fault))
    ORDER BY later.order_id, later.added_at, later.id
), opened AS (
    SELECT n.order_id, o.number, n.at, f.fault, t.outcome, e.technician_id, e.order_id AS first_order,
           o.number AS first_number, e.at AS first_at, 'repeat ' || n.order_id || ' ' || n.round AS event
    FROM order_finish e
    JOIN order_finish n ON n.order_id = e.order_id AND n.round = e.round + 1 AND n.at >= %(since)s
    JOIN service_order o ON o.id = e.order_id
    JOIN LATERAL (
        SELECT k.finding_id, coalesce(r.outcome, k.outcome) AS outcome
        FROM order_task k LEFT JOIN task_report r ON r.task_id = k.id AND r.round = n.round
        WHERE k.order_id = e.order_id AND coalesce(r.outcome, k.outcome) IN ('confirmed', 'other_fault')
        ORDER BY k.added_at, k.id LIMIT 1) t ON true
    JOIN finding f ON f.id = t.finding_id AND f.urgency <> 'self'
    WHERE e.technician_id IS NOT NULL
), both_ways AS (SELECT * FROM again UNION ALL SELECT * FROM opened)
SELECT technician_id, order_id, number, at, fault, outcome, first_order, first_number, first_at, event FROM both_ways r
WHERE NOT EXISTS (SELECT FROM points_entry p WHERE p.technician_id = r.technician_id
                  AND (p.event = r.event
                       OR (p.event IS NULL AND p.reason = 'repeat_repair' AND p.order_id = r.order_id)))
ORDER BY at, event

-- name: charges
-- Finished orders with what owners were charged, the most that anybody said, and who did the work.
SELECT DISTINCT ON (c.order_id) c.order_id, o.number, e.technician_id, c.cents, c.said_by, e.at
FROM order_charge c JOIN service_order o ON o.id = c.order_id
JOIN order_finish e ON e.order_id = c.order_id AND e.technician_id IS NOT NULL
WHERE e.at >= %(since)s
  AND NOT EXISTS (SELECT FROM points_entry p
                  WHERE p.technician_id = e.technician_id AND p.event = 'charge ' || c.order_id)
ORDER BY c.order_id, c.cents DESC, c.said_by, e.round DESC

-- name: charges_in
-- What owners were charged, the most that anybody said, for work that somebody finished in a span.
SELECT DISTINCT ON (c.order_id) c.order_id, o.number, e.technician_id, c.cents, c.said_by, e.at
FROM order_charge c JOIN service_order o ON o.id = c.order_id
JOIN order_finish e ON e.order_id = c.order_id AND e.technician_id = %(technician_id)s
WHERE e.at >= %(since)s AND e.at < %(until)s
ORDER BY c.order_id, c.cents DESC, c.said_by, e.round DESC

-- name: price_list
-- The prices that hold on a day.
SELECT call_out_cents, hour_cents FROM price_list WHERE valid_from <= %(day)s ORDER BY valid_from DESC LIMIT 1

-- name: price_lists
SELECT valid_from, call_out_cents, hour_cents, actor, at FROM price_list ORDER BY valid_from DESC

-- name: add_prices
INSERT INTO price_list (valid_from, call_out_cents, hour_cents, actor, at)
VALUES (%(valid_from)s, %(call_out_cents)s, %(hour_cents)s, %(actor)s, %(at)s) ON CONFLICT DO NOTHING

-- name: priced_tasks
-- Tasks of an order with their appliance's warranty facts and the parts used at them.
SELECT f.fault, t.minutes, a.installed_on, a.facts,
       coalesce((SELECT jsonb_agg(jsonb_build_array(p.name, r.quantity, p.price_cents) ORDER BY p.id)
                 FROM part_reservation r JOIN part p ON p.id = r.part_id
                 WHERE r.task_id = t.id AND r.state = 'consumed'), '[]') AS parts
FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN appliance a ON a.key = f.appliance_key
WHERE t.order_id = %(order_id)s ORDER BY t.added_at, t.id

-- name: say_charge
INSERT INTO order_charge (order_id, said_by, cents, note, actor, at)
VALUES (%(order_id)s, %(said_by)s, %(cents)s, %(note)s, %(actor)s, %(at)s)
ON CONFLICT (order_id, said_by) DO UPDATE
SET cents = EXCLUDED.cents, note = EXCLUDED.note, actor = EXCLUDED.actor, at = EXCLUDED.at

-- name: charges_of
SELECT said_by, cents, note, actor, at FROM order_charge WHERE order_id = %(order_id)s ORDER BY said_by

-- name: arrived
-- The appointment that an arrival belongs to: the technician's nearest of the order.
UPDATE appointment SET arrived_at = %(at)s, came = true
WHERE id = (SELECT id FROM appointment WHERE order_id = %(order_id)s AND technician_id = %(technician_id)s
              AND arrived_at IS NULL AND (%(over_by)s::timestamptz IS NULL OR ended_at <= %(over_by)s)
            ORDER BY abs(extract(epoch FROM starts - %(at)s::timestamptz)), id LIMIT 1)

-- name: excuse
-- Nobody is to blame for the appointment that stands, or that was given up in this transaction.
UPDATE appointment SET excused = %(why)s
WHERE id = (SELECT max(id) FROM appointment WHERE order_id = %(order_id)s)
