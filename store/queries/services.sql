-- name: note_service
-- Work is told of once, however often the report comes.
INSERT INTO service (appliance_key, at, action, fault, part, told_by)
VALUES (%(appliance_key)s, %(at)s, %(action)s, %(fault)s, %(part)s, %(told_by)s)
ON CONFLICT DO NOTHING

-- name: read_services
SELECT appliance_key, at, action, fault, part FROM service WHERE appliance_key = ANY(%(keys)s::integer[]) ORDER BY at, id
