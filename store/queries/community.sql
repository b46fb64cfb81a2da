-- name: relations
-- What stands under each name: 'cagg' (a continuous aggregate) or 'table', with its columns.
SELECT c.relname::text, CASE c.relkind WHEN 'v' THEN 'cagg' ELSE 'table' END,
       array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v') AND c.relname LIKE 'hourly\_%'
GROUP BY c.relname, c.relkind

-- name: create_hourly
-- The newest hours, not yet materialised, are added from the readings at query time (materialized_only = false).
CREATE MATERIALIZED VIEW {hourly} WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 hour', time) AS hour, appliance_key, count(*) AS n, {aggregates}
FROM {readings}
GROUP BY 1, 2
WITH NO DATA

-- name: loses_history
-- Would making the aggregate anew lose hours, because the readings behind its oldest ones are gone?
SELECT coalesce((SELECT min(hour) FROM {hourly}) < (SELECT time_bucket('1 hour', min(time)) FROM {readings}),
                EXISTS (SELECT FROM {hourly}))

-- name: drop_hourly
DROP MATERIALIZED VIEW {hourly}

-- name: rename_hourly
ALTER MATERIALIZED VIEW {hourly} RENAME TO {kept}

-- name: rename_table
ALTER TABLE {hourly} RENAME TO {kept}

-- name: is_compressed
SELECT compression_enabled FROM timescaledb_information.hypertables
WHERE hypertable_schema = current_schema() AND hypertable_name = %(table)s

-- name: enable_columnstore
-- Segment and order repeat the unique key (appliance, time), so that a straggler's duplicate is found without
-- unpacking more than its own segment.
ALTER TABLE {readings} SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'appliance_key',
                            timescaledb.orderby = 'time')

-- name: policies
-- The policies in force: which relation, which procedure, after how many days (NULL: none), in which job.
SELECT coalesce(v.view_name, j.hypertable_name)::text, j.proc_name::text, j.job_id,
       extract(epoch FROM coalesce(j.config ->> 'drop_after', j.config ->> 'compress_after',
                                   j.config ->> 'start_offset')::interval)::bigint / 86400
FROM timescaledb_information.jobs j
LEFT JOIN timescaledb_information.continuous_aggregates v
       ON v.materialization_hypertable_schema = j.hypertable_schema
      AND v.materialization_hypertable_name = j.hypertable_name
WHERE j.proc_name IN ('policy_retention', 'policy_compression', 'policy_refresh_continuous_aggregate')

-- name: delete_job
SELECT delete_job(%(job)s)

-- name: add_policy_retention
SELECT add_retention_policy(%(table)s::regclass, drop_after => make_interval(days => %(days)s))

-- name: add_policy_compression
CALL add_columnstore_policy(%(table)s::regclass, after => make_interval(days => %(days)s))

-- name: add_policy_refresh_continuous_aggregate
-- Materialises what changed since the last run, late readings too, except in the present hour. It reaches back no
-- further than readings are kept (`days`, NULL: to the beginning): refreshing hours whose readings were dropped would
-- empty them.
SELECT add_continuous_aggregate_policy(%(table)s::regclass, start_offset => make_interval(days => %(days)s),
                                       end_offset => interval '1 hour', schedule_interval => interval '15 minutes')
