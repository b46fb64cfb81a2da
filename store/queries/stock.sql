-- name: catalogue
SELECT id, name, coalesce(role, id) AS role, fits, rules, alternatives, superseded_by FROM part ORDER BY id

-- name: free
-- Pieces that nobody holds, by place; all places or the named ones.
SELECT place, part_id, on_hand - reserved FROM stock_balance
WHERE on_hand > reserved AND place <> 'transit' AND (%(places)s::text[] IS NULL OR place = ANY(%(places)s))

-- name: lock_free
-- Locked until the transaction ends, so that what was counted is still there when it is taken.
SELECT place, part_id, on_hand - reserved FROM stock_balance
WHERE part_id = ANY(%(parts)s) AND place = ANY(%(places)s) ORDER BY part_id, place FOR UPDATE

-- name: held
-- What is reserved or picked for the tasks of these orders, and where it lies.
SELECT r.id, t.order_id, r.task_id, r.part_id, r.quantity, r.place, r.state
FROM part_reservation r JOIN order_task t ON t.id = r.task_id
WHERE t.order_id = ANY(%(orders)s) AND r.state IN ('reserved', 'picked') ORDER BY r.made_at, r.id

-- name: held_of
-- What a task has reserved or picked of a part; the index one_held_reservation allows no second one.
SELECT r.id, t.order_id, r.task_id, r.part_id, r.quantity, r.place, r.state
FROM part_reservation r JOIN order_task t ON t.id = r.task_id
WHERE r.task_id = %(task_id)s AND r.part_id = %(part_id)s AND r.state IN ('reserved', 'picked')

-- name: reservation
SELECT r.id, t.order_id, r.task_id, r.part_id, r.quantity, r.place, r.state
FROM part_reservation r JOIN order_task t ON t.id = r.task_id WHERE r.id = %(id)s FOR UPDATE OF r

-- name: reserve
INSERT INTO part_reservation (task_id, part_id, quantity, place)
VALUES (%(task_id)s, %(part_id)s, %(quantity)s, %(place)s) RETURNING id

-- name: step
UPDATE part_reservation SET state = %(state)s, place = %(place)s, quantity = %(quantity)s WHERE id = %(id)s

-- name: record
INSERT INTO stock_movement (part_id, quantity, from_place, to_place, reason, note)
VALUES (%(part_id)s, %(quantity)s, %(from_place)s, %(to_place)s, %(reason)s, %(note)s) RETURNING id

-- name: count
-- Pieces at a place, locked; no row means none.
SELECT on_hand, reserved FROM stock_balance WHERE place = %(place)s AND part_id = %(part_id)s FOR UPDATE

-- name: has_place
SELECT true FROM stock_place WHERE id = %(id)s

-- name: has_part
SELECT true FROM part WHERE id = %(id)s

-- name: elsewhere
-- Who has it, most first.
SELECT place, on_hand - reserved FROM stock_balance
WHERE part_id = %(part_id)s AND on_hand > reserved AND place NOT IN ('transit', %(place)s)
ORDER BY on_hand - reserved DESC, place LIMIT 5
