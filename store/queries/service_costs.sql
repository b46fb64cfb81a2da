-- name: findings
-- Every finding of a span with what became of it, and where and by whom; a technician only where one said how it was.
SELECT a.kind, f.fault, f.detector, s.region, coalesce(o.outlet_id, s.outlet) AS outlet,
       coalesce(o.technician_id, 'none') AS technician, coalesce(nullif(concat_ws(' ', a.maker, a.model), ''), a.kind) AS model,
       to_char(f.raised_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
       coalesce(o.outcome = 'confirmed', false) OR coalesce(r.state = 'verified', false) AS confirmed,
       coalesce(o.outcome IN ('other_fault', 'no_fault_found'), false) AS wrong,
       CASE WHEN o.outcome = 'confirmed' THEN extract(epoch FROM o.completed_at - f.raised_at)::float8 / 86400 END
           AS days_before_work
FROM finding f
JOIN appliance a ON a.key = f.appliance_key AND a.kind IS NOT NULL AND a.claimed
JOIN home_service s ON s.household_id = a.household_id
LEFT JOIN LATERAL (SELECT t.outcome, w.completed_at, w.outlet_id, w.technician_id
                   FROM order_task t JOIN service_order w ON w.id = t.order_id
                   WHERE t.finding_id = f.id AND t.outcome IS NOT NULL ORDER BY t.added_at DESC LIMIT 1) o ON true
LEFT JOIN reminder r ON r.finding_id = f.id
WHERE f.raised_at >= %(since)s AND f.raised_at < %(until)s AND f.fault NOT IN ('breakdown', 'campaign_check')
ORDER BY a.kind, f.fault, f.detector, f.id

-- name: ledger
-- What was done in a span, parted so that the groups of every dimension add up to the whole: a visit for two models counts
-- for each by its tasks; what nobody came for (months, reminders, breakdowns) counts for whoever looks after the home.
WITH served AS MATERIALIZED (
    SELECT household_id, region, outlet, technician FROM home_service
),
unit AS NOT MATERIALIZED (
    SELECT key, household_id, coalesce(nullif(concat_ws(' ', maker, model), ''), kind, 'none') AS model FROM appliance
),
part_of_order AS (
    SELECT t.order_id, u.model, count(*)::float8 / sum(count(*)) OVER (PARTITION BY t.order_id)::float8 AS share
    FROM order_task t JOIN finding f ON f.id = t.finding_id JOIN unit u ON u.key = f.appliance_key
    WHERE t.order_id IN (SELECT e.order_id FROM order_finish e WHERE e.at >= %(since)s AND e.at < %(until)s)
    GROUP BY t.order_id, u.model
),
span AS (
    SELECT m.starts AT TIME ZONE 'UTC' AS starts, (m.starts + interval '1 month') AT TIME ZONE 'UTC' AS ends
    FROM generate_series(date_trunc('month', %(since)s::timestamptz AT TIME ZONE 'UTC'),
                         %(until)s::timestamptz AT TIME ZONE 'UTC' - interval '1 microsecond', interval '1 month') m (starts)
),
done AS (
    SELECT s.region, coalesce(e.outlet_id, s.outlet) AS outlet, coalesce(e.technician_id, 'none') AS technician,
           coalesce(m.model, 'none') AS model, e.at, 'visit' AS what, coalesce(m.share, 1) AS amount
    FROM order_finish e JOIN service_order o ON o.id = e.order_id JOIN served s ON s.household_id = o.household_id
    LEFT JOIN part_of_order m ON m.order_id = o.id
    WHERE e.at >= %(since)s AND e.at < %(until)s
    UNION ALL
    SELECT s.region, s.outlet, s.technician, u.model, r.sent_at, w.what, 1
    FROM reminder r JOIN finding f ON f.id = r.finding_id JOIN unit u ON u.key = f.appliance_key
    JOIN served s ON s.household_id = r.household_id
    JOIN LATERAL (VALUES ('reminder', true), ('avoided', r.state = 'verified')) w (what, so) ON w.so
    WHERE r.sent_at >= %(since)s AND r.sent_at < %(until)s
    UNION ALL
    -- A clog that somebody cleaned was no failure prevented: only what a technician is needed for counts. What had
    -- failed already was not prevented either, and an agreed check is no failure.
    SELECT s.region, coalesce(o.outlet_id, s.outlet), coalesce(o.technician_id, 'none'), u.model, o.completed_at, 'prevented', 1
    FROM order_task t JOIN service_order o ON o.id = t.order_id JOIN served s ON s.household_id = o.household_id
    JOIN finding f ON f.id = t.finding_id AND f.urgency <> 'self' AND f.fault <> ALL(%(no_failures_ahead)s)
    JOIN unit u ON u.key = f.appliance_key
    WHERE t.outcome = 'confirmed' AND o.completed_at >= %(since)s AND o.completed_at < %(until)s
    UNION ALL
    SELECT s.region, coalesce(m.outlet_id, s.outlet), coalesce(m.technician_id, s.technician), coalesce(m.model, 'none'), m.at,
           'breakdown', 1
    FROM omission m JOIN served s ON s.household_id = m.household_id LEFT JOIN finding f ON f.id = m.finding_id
    WHERE m.kind = 'breakdown_not_predicted' AND f.state IS DISTINCT FROM 'dismissed'
      AND m.at >= %(since)s AND m.at < %(until)s
    UNION ALL
    SELECT s.region, coalesce(o.outlet_id, s.outlet), coalesce(o.technician_id, 'none'), u.model, o.completed_at, w.what, w.amount
    FROM part_reservation v JOIN part p ON p.id = v.part_id JOIN order_task t ON t.id = v.task_id
    JOIN service_order o ON o.id = t.order_id JOIN served s ON s.household_id = o.household_id
    JOIN finding f ON f.id = t.finding_id JOIN unit u ON u.key = f.appliance_key
    JOIN LATERAL (VALUES ('parts', v.quantity * p.price_cents / 100.0, p.price_cents IS NOT NULL),
                         ('unpriced', v.quantity, p.price_cents IS NULL)) w (what, amount, so) ON w.so
    WHERE v.state = 'consumed' AND o.completed_at >= %(since)s AND o.completed_at < %(until)s
    UNION ALL
    SELECT s.region, s.outlet, s.technician, coalesce(nullif(concat_ws(' ', w.maker, w.model), ''), w.kind, 'none') AS name,
           m.starts, 'months',
           sum(date_part('epoch', least(w.watched_to, %(until)s, m.ends) - greatest(w.watched_from, %(since)s, m.starts))) / 2629800
    FROM appliance_watch w JOIN served s ON s.household_id = w.household_id
    JOIN span m ON w.watched_to > m.starts AND w.watched_from < m.ends
    WHERE w.watched_to > %(since)s AND w.watched_from < %(until)s
    GROUP BY s.region, s.outlet, s.technician, name, m.starts
)
SELECT region, outlet, technician, model, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
       coalesce(sum(amount) FILTER (WHERE what = 'visit'), 0)::float8 AS visits,
       count(*) FILTER (WHERE what = 'reminder')::int AS reminders,
       count(*) FILTER (WHERE what = 'avoided')::int AS avoided_visits,
       count(*) FILTER (WHERE what = 'prevented')::int AS prevented_failures,
       count(*) FILTER (WHERE what = 'breakdown')::int AS breakdowns,
       coalesce(sum(amount) FILTER (WHERE what = 'parts'), 0)::float8 AS parts_cost,
       coalesce(sum(amount) FILTER (WHERE what = 'unpriced'), 0)::int AS parts_without_price,
       coalesce(sum(amount) FILTER (WHERE what = 'months'), 0)::float8 AS months
FROM done GROUP BY region, outlet, technician, model, 5 ORDER BY region, outlet, technician, model, 5
