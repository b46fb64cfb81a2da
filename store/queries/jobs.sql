-- name: try_lead
-- The scheduler that holds this session lock leads; it ends with the connection.
SELECT pg_try_advisory_lock(7093220012)

-- name: still_leads
-- Asked of the leader's own connection: an answer proves that the session, and with it the lock, is alive.
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
                 AND classid = (7093220012 >> 32)::oid AND objid = (7093220012 & 4294967295)::oid)

-- name: leader_session
-- The server gives up a leader that was cut off after 5 + 3 x 2 s; the leader itself gives up sooner (5 s).
SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false),
       set_config('tcp_keepalives_count', '3', false)

-- name: lock_job
-- Held while a job runs: the same job never runs twice at a time, even if an old leader has not noticed yet.
SELECT pg_try_advisory_lock(709322, hashtext(%(job)s))

-- name: unlock_job
SELECT pg_advisory_unlock(709322, hashtext(%(job)s))

-- name: take_slot
-- With the job's lock held: a slot is free if nobody took it, or if whoever took it died before the end.
INSERT INTO job_run (job, slot) VALUES (%(job)s, %(slot)s)
ON CONFLICT (job, slot) DO UPDATE SET started_at = clock_timestamp() WHERE job_run.finished_at IS NULL
RETURNING job

-- name: finish_slot
UPDATE job_run SET finished_at = clock_timestamp(), outcome = %(outcome)s WHERE job = %(job)s AND slot = %(slot)s

-- name: purge
DELETE FROM job_run WHERE started_at < %(before)s

-- name: purge_idempotency
DELETE FROM idempotency WHERE created_at < %(before)s
