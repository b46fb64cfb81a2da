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

-- name: is_graded
SELECT EXISTS (SELECT FROM technician_grade WHERE month = %(month)s)

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
SELECT id, points, reason, order_id, note, actor, at FROM points_entry
WHERE technician_id = %(technician_id)s AND at >= %(since)s ORDER BY at DESC, id DESC

-- name: add_points
INSERT INTO points_entry (technician_id, points, reason, order_id, note, actor, at)
VALUES (%(technician_id)s, %(points)s, %(reason)s, %(order_id)s, %(note)s, %(actor)s, %(at)s)
ON CONFLICT DO NOTHING RETURNING id

-- name: own_repeats
-- Orders in which somebody repeated a job that he had done himself, and that cost no point yet. Where he found nothing,
-- the alarm was wrong and not the work.
SELECT DISTINCT o.technician_id, o.id AS order_id
FROM order_task later
JOIN service_order o ON o.id = later.order_id
JOIN order_task t ON t.id = later.repeats
JOIN service_order first ON first.id = t.order_id
WHERE o.technician_id IS NOT NULL AND o.technician_id = first.technician_id AND o.completed_at >= %(since)s
  AND later.outcome IN ('confirmed', 'other_fault')
  AND NOT EXISTS (SELECT FROM points_entry p
                  WHERE p.technician_id = o.technician_id AND p.order_id = o.id AND p.reason = 'repeat_repair')

-- name: earned
SELECT o.number AS order_number, (SELECT sum(t.minutes) FROM order_task t WHERE t.order_id = o.id)::int AS minutes,
       NOT EXISTS (SELECT FROM order_task t WHERE t.order_id = o.id AND t.outcome IS NULL) AS reported,
       o.state = 'verified' AS proved,
       EXISTS (SELECT FROM obligation b WHERE b.order_id = o.id AND b.kind = 'follow_up' AND b.state = 'met')
           AS followed_up,
       NOT EXISTS (SELECT FROM opinion p WHERE p.order_id = o.id AND p.kind = 'complaint'
                   AND p.state IN ('recorded', 'handled')) AS no_open_complaint,
       EXISTS (SELECT FROM order_task later JOIN order_task t ON t.id = later.repeats
               JOIN service_order first ON first.id = t.order_id
               WHERE later.order_id = o.id AND first.technician_id = o.technician_id AND first.id <> o.id) AS repeats
FROM service_order o
WHERE o.technician_id = %(technician_id)s AND o.completed_at >= %(since)s AND o.completed_at < %(until)s
  AND EXISTS (SELECT FROM order_task t WHERE t.order_id = o.id)
ORDER BY o.number

-- name: set_active
UPDATE technician SET active = %(active)s, version = version + 1 WHERE id = %(technician_id)s AND active <> %(active)s
