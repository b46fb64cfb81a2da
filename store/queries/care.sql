-- name: lock_household
-- One scheduler at a time decides about a household; owners and planners wait for the few milliseconds it takes.
SELECT h.latitude, h.longitude, h.timezone, coalesce(h.contact ->> 'language', 'en')
FROM household h WHERE h.id = %(household_id)s FOR NO KEY UPDATE

-- name: lock_reminders
-- So that an owner's tap cannot fall between reading a reminder and acting on it.
SELECT id FROM reminder WHERE household_id = %(household_id)s AND state NOT IN ('verified', 'escalated')
ORDER BY id FOR UPDATE

-- name: cases
-- Every open finding of a household, with what was decided about it, and when the same fault last went by itself after it
-- had been acted upon; `actions` put right `faults`, side by side, where a report names no fault.
SELECT c.finding_id, c.appliance_key, c.appliance_id, c.kind, c.room, c.fault, c.urgency, c.evidence, c.judged_at,
       c.cleared_at, c.fails_p10, c.data_at, c.reminder_id, c.reminder_state, c.reminder_data_at, c.answer_by,
       c.snoozed_until, f.probability, f.fails_p50, f.fails_p90, d.option, d.reason, d.waits_until, d.judged_at,
       (SELECT max(e.cleared_at) FROM finding e JOIN decision was ON was.finding_id = e.id AND was.option <> 'nothing'
        WHERE e.appliance_key = c.appliance_key AND e.fault = c.fault AND e.state = 'resolved' AND e.id <> f.id
          AND NOT EXISTS (SELECT FROM order_task t JOIN service_order o ON o.id = t.order_id
                          WHERE t.finding_id = e.id AND o.completed_at IS NOT NULL
                            AND t.outcome IS DISTINCT FROM 'no_fault_found')
          AND NOT EXISTS (SELECT FROM service s LEFT JOIN unnest(%(actions)s::text[], %(faults)s::text[]) AS p (action, fault)
                            ON s.fault = '' AND p.action = s.action
                          WHERE s.appliance_key = e.appliance_key AND s.at >= e.raised_at AND e.fault IN (s.fault, p.fault)))
FROM care_case c JOIN finding f ON f.id = c.finding_id LEFT JOIN decision d ON d.finding_id = c.finding_id
WHERE c.household_id = %(household_id)s ORDER BY c.finding_id

-- name: households_to_remind
-- Only a coarse choice: a technician's fault may have a remote step for the owner.
SELECT DISTINCT household_id FROM care_case
WHERE urgency <> 'urgent' AND reminder_id IS NULL AND cleared_at IS NULL ORDER BY household_id

-- name: households_to_follow_up
-- Only a coarse choice; the rule is domain.care.follow_up.
SELECT DISTINCT household_id FROM care_case
WHERE reminder_state NOT IN ('verified', 'escalated')
  AND (cleared_at IS NOT NULL OR urgency <> 'self' OR judged_at >= answer_by OR data_at >= snoozed_until)
ORDER BY household_id

-- name: households_to_settle
-- Something open has cleared, an order waits for its proof, or one has nothing left to come for (and its owner has not
-- been asked about that).
SELECT DISTINCT household_id FROM care_case WHERE cleared_at IS NOT NULL
UNION
SELECT household_id FROM service_order WHERE state = 'completed'
UNION
SELECT o.household_id FROM service_order o
WHERE o.state IN ('proposed', 'approved', 'offered', 'confirmed', 'scheduled') AND o.completed_data_at IS NULL
  AND NOT EXISTS (SELECT FROM present_choice c WHERE c.order_id = o.id AND c.choice = 'needed')
  AND NOT EXISTS (SELECT FROM order_task t JOIN finding f ON f.id = t.finding_id
                  WHERE t.order_id = o.id AND NOT t.along AND f.state IN ('open', 'acknowledged'))
ORDER BY household_id

-- name: households_to_alarm
SELECT DISTINCT c.household_id FROM care_case c LEFT JOIN alarm_told t USING (finding_id)
WHERE c.urgency = 'urgent' AND t.finding_id IS NULL ORDER BY c.household_id

-- name: past_reminders
-- When the household was last bothered, and with what; data time.
SELECT f.appliance_key, a.kind, f.fault, r.data_at
FROM reminder r JOIN finding f ON f.id = r.finding_id JOIN appliance a ON a.key = f.appliance_key
WHERE r.household_id = %(household_id)s ORDER BY r.sent_at DESC LIMIT 200

-- name: add_reminder
-- A finding has one reminder for good, whoever runs this.
INSERT INTO reminder (finding_id, household_id, text, sent_at, data_at, answer_by)
VALUES (%(finding_id)s, %(household_id)s, %(text)s, %(sent_at)s, %(data_at)s, %(answer_by)s)
ON CONFLICT (finding_id) DO NOTHING RETURNING id

-- name: renew_reminder
-- Sent again after a snooze: the time to answer starts anew.
UPDATE reminder SET text = %(text)s, sent_at = %(sent_at)s, data_at = %(data_at)s, answer_by = %(answer_by)s
WHERE id = %(id)s

-- name: tell_alarm
INSERT INTO alarm_told (finding_id, told_at) VALUES (%(finding_id)s, %(told_at)s)
ON CONFLICT (finding_id) DO NOTHING RETURNING finding_id
