-- name: take
-- The first request with a key gets it. A second one waits here until the first has committed or failed.
INSERT INTO idempotency (key, request) VALUES (%(key)s, %(request)s) ON CONFLICT (key) DO NOTHING RETURNING true

-- name: kept
SELECT request, status, body, headers FROM idempotency WHERE key = %(key)s

-- name: keep
-- What was answered, in the same transaction as what was done.
UPDATE idempotency SET status = %(status)s, body = %(body)s, headers = %(headers)s WHERE key = %(key)s
