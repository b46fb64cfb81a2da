-- name: write
-- The present decision about a finding; the trigger keeps what it was before.
INSERT INTO decision (finding_id, option, reason, weighed, saving, waits_until, judged_at, decided_at)
VALUES (%(finding_id)s, %(option)s, %(reason)s, %(weighed)s, %(saving)s, %(waits_until)s, %(judged_at)s, %(now)s)
ON CONFLICT (finding_id) DO UPDATE
SET option = excluded.option, reason = excluded.reason, weighed = excluded.weighed, saving = excluded.saving,
    waits_until = excluded.waits_until, judged_at = excluded.judged_at, decided_at = excluded.decided_at,
    held_back = decision.held_back AND excluded.option = decision.option

-- name: held_in_orders
-- Findings of a household that an order under way takes care of: they are not decided about again.
SELECT t.finding_id FROM order_task t JOIN service_order o ON o.id = t.order_id
WHERE o.household_id = %(household_id)s AND o.state NOT IN ('completed', 'verified', 'declined', 'cancelled')

-- name: visits_wanted
-- Decided visits that nobody has been sent for yet, hazards apart: they are never held back.
SELECT c.finding_id, d.saving, 1 - f.probability
FROM care_case c JOIN decision d USING (finding_id) JOIN finding f ON f.id = c.finding_id
WHERE c.urgency <> 'urgent' AND c.cleared_at IS NULL AND d.option IN ('visit_now', 'visit_bundled')
  AND (c.urgency <> 'self' OR c.reminder_state = 'escalated')
  AND NOT EXISTS (SELECT FROM order_task t JOIN service_order o ON o.id = t.order_id
                  WHERE t.finding_id = c.finding_id AND o.state NOT IN ('completed', 'verified', 'declined', 'cancelled'))

-- name: visits_spent
-- Planned visits, and their doubts, of the last so many days and of the last one.
SELECT count(*), coalesce(sum(1 - f.probability), 0), count(*) FILTER (WHERE t.added_at > %(now)s - interval '1 day')
FROM order_task t JOIN finding f ON f.id = t.finding_id
WHERE f.urgency <> 'urgent' AND NOT t.along AND t.added_at > %(now)s - %(window)s AND t.added_at <= %(now)s

-- name: watched
SELECT count(*) FROM appliance WHERE claimed AND kind IS NOT NULL

-- name: hold_back
-- Say which decided visits wait for the budget; only rows that change are written.
UPDATE decision d SET held_back = (d.finding_id = ANY(%(held)s::uuid[]))
WHERE d.held_back IS DISTINCT FROM (d.finding_id = ANY(%(held)s::uuid[]))
  AND (d.held_back OR d.finding_id = ANY(%(held)s::uuid[]))

-- name: of_finding
SELECT option, reason, weighed, saving, waits_until, held_back, decided_at FROM decision
WHERE finding_id = %(finding_id)s

-- name: changes
SELECT from_option, to_option, reason, at FROM decision_change WHERE finding_id = %(finding_id)s ORDER BY id
