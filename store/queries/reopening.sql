-- name: keep_reports
-- What was found at the tasks that are done again; `every`: also at those whose finding is over.
INSERT INTO task_report (task_id, round, technician_id, outcome, found_fault, repaired, note, reported_by, reported_at,
                         completed_at)
SELECT t.id, 1 + (SELECT count(*) FROM task_report r WHERE r.task_id = t.id), o.technician_id, t.outcome, t.found_fault,
       t.repaired, t.note, t.reported_by, t.reported_at, o.completed_at
FROM order_task t JOIN service_order o ON o.id = t.order_id JOIN finding f ON f.id = t.finding_id
WHERE o.id = %(order_id)s AND t.outcome IS NOT NULL
  AND (%(every)s OR f.state NOT IN ('resolved', 'dismissed'))

-- name: clear_reports
UPDATE order_task t
SET outcome = NULL, found_fault = NULL, repaired = true, note = '', reported_by = NULL, reported_at = NULL
FROM finding f
WHERE f.id = t.finding_id AND t.order_id = %(order_id)s AND t.outcome IS NOT NULL
  AND (%(every)s OR f.state NOT IN ('resolved', 'dismissed'))

-- name: due_again
-- By when somebody comes again, on the home's own clock and on the wall's; a date that is not near yet stays.
UPDATE service_order o
SET due_by = greatest(o.due_by, CASE o.urgency WHEN 'urgent' THEN %(urgent)s ELSE %(usual)s END + greatest(
    (SELECT max(greatest(l.at, f.judged_at)) FROM order_task t JOIN finding f ON f.id = t.finding_id
     LEFT JOIN latest_values l ON l.appliance_key = f.appliance_key WHERE t.order_id = o.id), %(at)s::timestamptz))
WHERE o.id = %(order_id)s
