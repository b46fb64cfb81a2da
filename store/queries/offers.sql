-- name: of_home
-- What a home is offered and may still answer, and what it said yes to. Nothing is shown to whoever took their consent
-- back; a recall is about safety and asks nobody's leave.
SELECT p.campaign_id, c.number, c.type, c.title, c.text, c.visit, c.state AS campaign_state, a.id AS appliance_id, a.kind,
       a.room, concat_ws(' ', a.maker, a.model) AS model, coalesce(h.contact ->> 'language', 'en') AS language, p.state
FROM campaign_appliance p JOIN campaign c ON c.id = p.campaign_id
JOIN appliance a ON a.key = p.appliance_key AND a.household_id = p.household_id JOIN household h ON h.id = p.household_id
WHERE p.household_id = %(household_id)s AND p.left_out IS NULL
  AND (c.state = 'announced' AND p.state IN ('invited', 'declined') OR c.state IN ('announced', 'closed') AND p.state = 'accepted')
  AND (c.type = 'recall' OR p.state = 'accepted'
       OR coalesce((SELECT n.given FROM present_consent n
                    WHERE n.household_id = p.household_id AND n.purpose = 'campaigns'), false))
ORDER BY c.type = 'recall' DESC, c.number DESC, a.id
