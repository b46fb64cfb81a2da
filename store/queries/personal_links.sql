-- name: valid_from_order
SELECT greatest(o.links_from, h.links_from) FROM service_order o JOIN household h ON h.id = o.household_id
WHERE o.id = %(id)s

-- name: valid_from_obligation
SELECT greatest(o.links_from, h.links_from)
FROM obligation b JOIN household h ON h.id = b.household_id LEFT JOIN service_order o ON o.id = b.order_id
WHERE b.id = %(id)s

-- name: valid_from_household
SELECT links_from FROM household WHERE id = %(id)s

-- name: valid_from_calendar
SELECT links_from FROM household WHERE id = substr(%(id)s, length('home:') + 1) AND starts_with(%(id)s, 'home:')
UNION ALL
SELECT links_from FROM technician
WHERE id = substr(%(id)s, length('technician:') + 1) AND starts_with(%(id)s, 'technician:')

-- name: revoke_technician
UPDATE technician SET links_from = %(now)s WHERE id = %(id)s

-- name: revoke_order
UPDATE service_order SET links_from = %(now)s WHERE id = %(id)s

-- name: revoke_household
UPDATE household SET links_from = %(now)s WHERE id = %(id)s

-- name: note_order
INSERT INTO state_change (entity, entity_id, from_state, to_state, actor, reason)
SELECT 'order', id, state, state, %(actor)s, %(reason)s FROM service_order WHERE id = %(id)s
