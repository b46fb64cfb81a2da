-- name: counts
SELECT (SELECT count(*) FROM finding WHERE state IN ('open', 'acknowledged'))
    AS findings_open,
       (SELECT count(*) FROM finding WHERE state IN ('open', 'acknowledged') AND urgency = 'urgent')
    AS findings_urgent,
       (SELECT count(*) FROM reminder WHERE state IN ('sent', 'seen', 'snoozed')) AS reminders_open,
       (SELECT count(*) FROM service_order WHERE state = ANY(%(open_orders)s)) AS orders_open,
       (SELECT count(*) FROM service_order WHERE state = 'proposed') AS orders_proposed,
       (SELECT count(*) FROM dead_letter) AS dead_letters,
       (SELECT count(*) FROM appliance WHERE claimed) AS appliances,
       (SELECT count(DISTINCT d.appliance_key) FROM device d JOIN appliance a ON a.key = d.appliance_key
        WHERE NOT a.claimed) AS devices_unclaimed,
       (SELECT max(received_at) FROM latest_values) AS newest_received_at,
       (SELECT count(*) FROM reminder r JOIN decision d USING (finding_id)
        WHERE r.state = 'verified' AND d.option = 'remote_step'
          AND NOT EXISTS (SELECT FROM order_task t JOIN service_order o ON o.id = t.order_id
                          WHERE t.finding_id = d.finding_id AND o.state IN ('completed', 'verified')))
    AS visits_avoided,
       (SELECT count(*) FROM decision d JOIN finding f ON f.id = d.finding_id
        WHERE d.held_back AND f.state IN ('open', 'acknowledged')) AS visits_held_back,
       (SELECT count(*) FROM model_drift WHERE fallen_back) AS kinds_fallen_back,
       (SELECT count(*) FROM quiet_finding WHERE fault = 'unknown' AND cleared_at IS NULL) AS reviews_waiting

-- name: inserted
-- Rows put into the tables of readings since the database's statistics were last reset, from those statistics: no
-- table is read. Hypertables are read through their chunks.
SELECT coalesce(sum(s.n_tup_ins), 0)::bigint AS inserted, coalesce(sum(s.n_live_tup), 0)::bigint AS live
FROM pg_inherits i
JOIN pg_class parent ON parent.oid = i.inhparent
JOIN pg_stat_user_tables s ON s.relid = i.inhrelid
WHERE parent.relname LIKE 'reading\_%%' AND parent.relnamespace = current_schema()::regnamespace

-- name: lags
-- Seconds since `writing_since`, and of arrivals that scoring has not seen.
SELECT coalesce(extract(epoch FROM clock_timestamp() - %(writing_since)s::timestamptz), 0)::float8,
       (SELECT coalesce(greatest(extract(epoch FROM max(v.received_at)
                                 - coalesce(nullif(min(m.received_to), 'epoch'), min(a.created_at))), 0), 0)::float8
        FROM arrival_mark m, latest_values v JOIN appliance a ON a.key = v.appliance_key AND a.claimed)
