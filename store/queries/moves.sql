-- name: speak_as
-- Who changes something, why and when, for the rest of this transaction; triggers write it into histories.
SELECT set_config('wellkept.actor', %(actor)s, true), set_config('wellkept.reason', %(reason)s, true),
       set_config('wellkept.at', coalesce(%(at)s::timestamptz::text, ''), true)

-- name: lock_finding
SELECT state, version FROM finding WHERE id = %(id)s FOR UPDATE

-- name: lock_reminder
SELECT state, version FROM reminder WHERE id = %(id)s FOR UPDATE

-- name: lock_order
SELECT state, version FROM service_order WHERE id = %(id)s FOR UPDATE

-- name: lock_transfer
SELECT state, version FROM part_transfer WHERE id = %(id)s FOR UPDATE

-- name: lock_opinion
SELECT state, version FROM opinion WHERE id = %(id)s FOR UPDATE

-- name: step_opinion
UPDATE opinion
SET state = %(to)s, verified_at = CASE WHEN %(to)s = 'verified' THEN %(at)s::timestamptz ELSE verified_at END
WHERE id = %(id)s

-- name: lock_appeal
SELECT state, version FROM work_appeal WHERE id = %(id)s FOR UPDATE

-- name: step_appeal
UPDATE work_appeal SET state = %(to)s, decided_at = %(at)s, answer = %(reason)s WHERE id = %(id)s

-- name: lock_suspension
SELECT state, version FROM suspension WHERE id = %(id)s FOR UPDATE

-- name: step_suspension
UPDATE suspension SET state = %(to)s, decided_at = %(at)s, answer = %(reason)s WHERE id = %(id)s

-- name: lock_grade
SELECT state, version FROM technician_grade WHERE id = %(id)s FOR UPDATE

-- name: step_grade
UPDATE technician_grade SET state = %(to)s WHERE id = %(id)s

-- name: lock_campaign
SELECT state, version FROM campaign WHERE id = %(id)s FOR UPDATE

-- name: step_campaign
UPDATE campaign SET state = %(to)s WHERE id = %(id)s

-- name: lock_participation
SELECT state, version FROM campaign_appliance WHERE id = %(id)s FOR UPDATE

-- name: step_participation
UPDATE campaign_appliance SET state = %(to)s WHERE id = %(id)s

-- name: lock_case
SELECT state, version FROM quality_case WHERE id = %(id)s FOR UPDATE

-- name: step_case
UPDATE quality_case SET state = %(to)s WHERE id = %(id)s

-- name: lock_obligation
SELECT state, version FROM obligation WHERE id = %(id)s FOR UPDATE

-- name: step_finding
UPDATE finding SET state = %(to)s, dismissed_for = CASE WHEN %(to)s = 'dismissed' THEN %(reason)s END WHERE id = %(id)s

-- name: step_reminder
UPDATE reminder SET state = %(to)s, snoozed_until = CASE WHEN %(to)s = 'snoozed' THEN %(until)s::timestamptz END
WHERE id = %(id)s

-- name: step_order
UPDATE service_order
SET state = %(to)s, completed_at = CASE WHEN %(to)s = 'completed' THEN %(at)s ELSE completed_at END,
    verified_at = CASE WHEN %(to)s = 'verified' THEN %(at)s::timestamptz END
WHERE id = %(id)s

-- name: step_transfer
UPDATE part_transfer SET state = %(to)s WHERE id = %(id)s

-- name: step_obligation
UPDATE obligation SET state = %(to)s, stepped_at = %(at)s::timestamptz, closed_at = CASE WHEN %(to)s IN ('met', 'void') THEN %(at)s::timestamptz END
WHERE id = %(id)s

-- name: history
-- Every change of one thing, oldest first.
SELECT from_state, to_state, actor, reason, at FROM state_change
WHERE entity = %(entity)s AND entity_id = %(id)s ORDER BY id

-- name: lock_model
SELECT state, version FROM model WHERE id = %(id)s FOR UPDATE

-- name: step_model
UPDATE model SET state = %(to)s, promoted_at = CASE WHEN %(to)s = 'champion' THEN %(at)s ELSE promoted_at END
WHERE id = %(id)s
