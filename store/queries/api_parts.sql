-- name: page
SELECT p.id, p.name, coalesce(p.role, p.id) AS role, p.fits, p.rules, p.alternatives, p.superseded_by, p.barcode,
       p.price_cents, p.lead_days, p.version,
       coalesce((SELECT jsonb_object_agg(s.outlet_id, b.on_hand - b.reserved)
                 FROM stock_balance b JOIN stock_place s ON s.id = b.place
                 WHERE b.part_id = p.id AND s.kind = 'outlet'), '{}') AS stock
FROM part p
WHERE (%(after)s::text IS NULL OR p.id > %(after)s)
  AND (%(id)s::text IS NULL OR p.id = %(id)s)
  AND (%(kind)s::text IS NULL OR p.fits @> ARRAY[%(kind)s::text] OR p.fits = '{}')
  AND (%(role)s::text IS NULL OR coalesce(p.role, p.id) = %(role)s)
  AND (%(barcode)s::text IS NULL OR p.barcode = %(barcode)s)
ORDER BY p.id LIMIT %(limit)s

-- name: lock
SELECT version FROM part WHERE id = %(id)s FOR UPDATE

-- name: add
INSERT INTO part (id, name, role, fits, rules, alternatives, superseded_by, barcode, price_cents, lead_days)
VALUES (%(id)s, %(name)s, %(role)s, %(fits)s, %(rules)s, %(alternatives)s, %(superseded_by)s, %(barcode)s,
        %(price_cents)s, %(lead_days)s)
ON CONFLICT (id) DO NOTHING RETURNING true

-- name: change
UPDATE part
SET name = %(name)s, role = %(role)s, fits = %(fits)s, rules = %(rules)s, alternatives = %(alternatives)s,
    superseded_by = %(superseded_by)s, barcode = %(barcode)s, price_cents = %(price_cents)s,
    lead_days = %(lead_days)s, version = version + 1
WHERE id = %(id)s

-- name: stock_page
-- Balances by place and part.
SELECT b.place, b.part_id, p.name, b.on_hand, b.reserved, b.on_hand - b.reserved AS free
FROM stock_balance b JOIN part p ON p.id = b.part_id
WHERE (%(after_place)s::text IS NULL OR (b.place, b.part_id) > (%(after_place)s, %(after_part)s::text))
  AND (%(place)s::text IS NULL OR b.place = %(place)s)
  AND (%(part_id)s::text IS NULL OR b.part_id = %(part_id)s)
ORDER BY b.place, b.part_id LIMIT %(limit)s

-- name: movement_page
-- The ledger, newest first.
SELECT m.id, m.at, m.part_id, m.quantity, m.from_place, m.to_place, m.reason, m.note, m.actor, m.reservation_id,
       m.transfer_id, t.order_id
FROM stock_movement m
LEFT JOIN part_reservation r ON r.id = m.reservation_id LEFT JOIN order_task t ON t.id = r.task_id
WHERE (%(after)s::bigint IS NULL OR m.id < %(after)s)
  AND (%(place)s::text IS NULL OR %(place)s IN (m.from_place, m.to_place))
  AND (%(part_id)s::text IS NULL OR m.part_id = %(part_id)s)
ORDER BY m.id DESC LIMIT %(limit)s
