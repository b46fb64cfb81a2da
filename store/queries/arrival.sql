-- name: writing_since
-- When the oldest transaction began in which a worker of ingest, known by the lock on its client id, stores readings now.
SELECT min(a.xact_start)
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.classid = 709322012 AND l.objsubid = 2 AND l.granted
  AND a.datname = current_database()
