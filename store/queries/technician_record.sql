-- name: graded_jobs
-- Work finished between two moments: who did it, what kind of job, and whether anything went wrong with it. What owners
-- say belongs to whoever finished the work last before they said it.
SELECT e.technician_id AS technician, e.at,
       (SELECT f.fault FROM order_task t JOIN finding f ON f.id = t.finding_id
        WHERE t.order_id = e.order_id ORDER BY t.minutes DESC, t.added_at, t.id LIMIT 1) AS mix,
       e.reopened OR e.repeated
       OR EXISTS (SELECT FROM rating r WHERE r.order_id = e.order_id AND r.stars <= %(discontent_stars)s
                  AND r.said_at >= e.at AND (e.followed_at IS NULL OR r.said_at < e.followed_at))
       OR EXISTS (SELECT FROM opinion p WHERE p.order_id = e.order_id AND p.kind = 'complaint'
                  AND (p.recorded_at >= e.at OR e.round = 1)
                  AND (e.followed_at IS NULL OR p.recorded_at < e.followed_at)) AS trouble
FROM finished_work e
WHERE e.technician_id IS NOT NULL AND e.at >= %(since)s AND e.at < %(until)s
  AND EXISTS (SELECT FROM order_task t WHERE t.order_id = e.order_id)

-- name: ungraded_months
-- Months since the first finished work, up to the last one that is ripe, that were not graded; in order.
SELECT m::date FROM generate_series(
    (SELECT date_trunc('month', min(at) AT TIME ZONE 'UTC') FROM order_finish WHERE technician_id IS NOT NULL),
    %(last)s::date::timestamp, interval '1 month') m
WHERE NOT EXISTS (SELECT FROM graded_month g WHERE g.month = m::date) ORDER BY m

-- name: begin_month
INSERT INTO graded_month (month, made_at) VALUES (%(month)s, %(at)s) ON CONFLICT DO NOTHING RETURNING true

-- name: add_grade
INSERT INTO technician_grade (technician_id, month, grade, promoted, figures, made_at)
VALUES (%(technician_id)s, %(month)s, %(grade)s, %(promoted)s, %(figures)s, %(made_at)s)
ON CONFLICT (technician_id, month) DO NOTHING

-- name: grades
SELECT id, technician_id, month, grade, promoted, figures, state, appeal, answer, made_at, version
FROM technician_grade WHERE technician_id = %(technician_id)s ORDER BY month DESC

-- name: grade
SELECT id, technician_id, month, grade, promoted, figures, state, appeal, answer, made_at, version
FROM technician_grade WHERE id = %(id)s

-- name: set_appeal
UPDATE technician_grade SET appeal = %(appeal)s WHERE id = %(id)s

-- name: set_answer
UPDATE technician_grade SET answer = %(answer)s WHERE id = %(id)s

-- name: points
SELECT id, points, reason, order_id, note, evidence, actor, at FROM points_entry
WHERE technician_id = %(technician_id)s AND at >= %(since)s ORDER BY at DESC, id DESC

-- name: charged_since
SELECT DISTINCT technician_id FROM points_entry WHERE at >= %(since)s AND points < 0

-- name: add_points
-- What a person entered for an order and a reason stands for all that the system would find of it, and the other way.
INSERT INTO points_entry (technician_id, points, reason, order_id, note, actor, at, event, evidence)
SELECT %(technician_id)s, %(points)s, %(reason)s, %(order_id)s, %(note)s, %(actor)s, %(at)s, %(event)s, %(evidence)s
WHERE NOT EXISTS (SELECT FROM points_entry p
                  WHERE p.technician_id = %(technician_id)s AND p.order_id = %(order_id)s AND p.reason = %(reason)s
                    AND (p.event IS NULL OR %(event)s::text IS NULL))
ON CONFLICT DO NOTHING RETURNING id

-- name: earned
-- Work that somebody finished before a moment, with the moment at which it passed each gate; NULL: not yet. A complaint
-- that came after all else was passed holds nothing back: the work is paid by then.
WITH job AS (
    SELECT o.id, o.number AS order_number, o.completed_at AS finished_at,
           (SELECT sum(t.minutes) FROM order_task t WHERE t.order_id = o.id)::int AS minutes,
           CASE WHEN NOT EXISTS (SELECT FROM order_task t WHERE t.order_id = o.id AND t.outcome IS NULL)
                THEN greatest(o.completed_at, (SELECT max(t.reported_at) FROM order_task t WHERE t.order_id = o.id))
           END AS reported_at,
           o.verified_at AS proved_at,
           (SELECT min(b.closed_at) FROM obligation b
            WHERE b.order_id = o.id AND b.kind = 'follow_up' AND b.state = 'met') AS followed_up_at,
           (SELECT a.decided_at FROM work_appeal a WHERE a.order_id = o.id AND a.technician_id = o.technician_id
              AND a.state = 'overturned') AS waived_at,
           EXISTS (SELECT FROM order_task later JOIN order_task t ON t.id = later.repeats
                   JOIN service_order first ON first.id = t.order_id
                   WHERE later.order_id = o.id AND later.outcome IS DISTINCT FROM 'no_fault_found'
                     AND first.technician_id = o.technician_id AND first.id <> o.id) AS repeats
    FROM service_order o
    WHERE o.technician_id = %(technician_id)s AND o.completed_at < %(until)s
      AND EXISTS (SELECT FROM order_task t WHERE t.order_id = o.id)
), rest AS (
    SELECT job.*, CASE WHEN num_nulls(reported_at, proved_at, followed_up_at) = 0
                       THEN greatest(reported_at, proved_at, followed_up_at) ELSE 'infinity' END AS rest_at
    FROM job
)
SELECT id AS order_id, order_number, minutes, finished_at, reported_at, proved_at, followed_up_at, waived_at, repeats,
       CASE WHEN NOT EXISTS (SELECT FROM opinion p WHERE p.order_id = rest.id AND p.kind = 'complaint'
                             AND p.state IN ('recorded', 'handled') AND p.recorded_at <= rest_at)
            THEN greatest(finished_at, (SELECT max(p.verified_at) FROM opinion p WHERE p.order_id = rest.id
                                          AND p.kind = 'complaint' AND p.recorded_at <= rest_at))
       END AS no_complaint_at
FROM rest ORDER BY order_number

-- name: has_finished
SELECT EXISTS (SELECT FROM order_finish WHERE order_id = %(order_id)s AND technician_id = %(technician_id)s)

-- name: points_entry
SELECT id, points, reason, order_id, note, evidence, actor, at FROM points_entry
WHERE id = %(id)s AND technician_id = %(technician_id)s

-- name: add_appeal
INSERT INTO work_appeal (technician_id, entry_id, order_id, appeal, made_at)
VALUES (%(technician_id)s, %(entry_id)s, %(order_id)s, %(appeal)s, %(at)s) ON CONFLICT DO NOTHING RETURNING id

-- name: appeal
SELECT id, technician_id, entry_id, order_id, state, appeal, answer, made_at, decided_at, version
FROM work_appeal WHERE id = %(id)s

-- name: appeals
SELECT id, technician_id, entry_id, order_id, state, appeal, answer, made_at, decided_at, version
FROM work_appeal WHERE technician_id = %(technician_id)s ORDER BY made_at DESC, id

-- name: confirm_settlement
INSERT INTO settlement_confirmed (technician_id, month, paid, actor, at)
VALUES (%(technician_id)s, %(month)s, %(paid)s, %(actor)s, %(at)s) ON CONFLICT DO NOTHING RETURNING true

-- name: confirmed_settlement
SELECT paid, actor, at FROM settlement_confirmed WHERE technician_id = %(technician_id)s AND month = %(month)s

-- name: points_in
-- Points taken in a span, and points given back by appeals decided in it.
SELECT (SELECT coalesce(-sum(e.points), 0) FROM points_entry e WHERE e.technician_id = %(technician_id)s
          AND e.reason <> 'appeal' AND e.at >= %(since)s AND e.at < %(until)s)::int AS lost,
       (SELECT coalesce(-sum(e.points), 0) FROM work_appeal a JOIN points_entry e ON e.id = a.entry_id
        WHERE a.technician_id = %(technician_id)s AND a.state = 'overturned'
          AND a.decided_at >= %(since)s AND a.decided_at < %(until)s)::int AS returned

-- name: set_active
UPDATE technician SET active = %(active)s, version = version + 1 WHERE id = %(technician_id)s AND active <> %(active)s
