-- name: order
SELECT o.number, o.technician_id, (SELECT count(*) FROM attachment a WHERE a.order_id = o.id)
FROM service_order o WHERE o.id = %(order_id)s FOR UPDATE

-- name: has_task
SELECT true FROM order_task WHERE id = %(task_id)s AND order_id = %(order_id)s

-- name: add
INSERT INTO attachment (id, order_id, task_id, kind, media_type, sha256, content, added_by, client_at, added_at)
VALUES (%(id)s, %(order_id)s, %(task_id)s, %(kind)s, %(media_type)s, %(sha256)s, %(content)s, %(added_by)s,
        %(client_at)s, %(now)s)
ON CONFLICT (id) DO NOTHING RETURNING true

-- name: one
SELECT id, order_id, task_id, kind, media_type, encode(sha256, 'hex') AS sha256, length(content) AS size_bytes,
       added_by, client_at, added_at
FROM attachment WHERE id = %(id)s

-- name: of_order
SELECT id, order_id, task_id, kind, media_type, encode(sha256, 'hex') AS sha256, length(content) AS size_bytes,
       added_by, client_at, added_at
FROM attachment WHERE order_id = %(order_id)s ORDER BY coalesce(client_at, added_at), id

-- name: content
SELECT media_type, encode(sha256, 'hex'), content FROM attachment WHERE id = %(id)s

-- name: was_there
-- Who was at the home may send a picture late, also after the order was opened again and given to somebody else.
SELECT true FROM appointment WHERE order_id = %(order_id)s AND technician_id = %(technician_id)s AND came LIMIT 1
