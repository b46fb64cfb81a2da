-- name: say_consent
INSERT INTO consent (household_id, purpose, given, actor, at)
VALUES (%(household_id)s, %(purpose)s, %(given)s, %(actor)s, %(at)s)

-- name: consents
SELECT purpose, given, at FROM present_consent WHERE household_id = %(household_id)s ORDER BY purpose

-- name: consents_version
-- How often the home has said anything.
SELECT count(*)::int FROM consent WHERE household_id = %(household_id)s

-- name: tip_homes
-- Homes that consented to tips, with their appliances and what was said before.
SELECT a.household_id, a.key, a.kind, h.latitude, p.climate, a.installed_on,
       ARRAY(SELECT t.code || ' ' || t.occasion FROM care_tip t WHERE t.appliance_key = a.key) AS told,
       (SELECT max(t.sent_at)::date FROM care_tip t WHERE t.household_id = a.household_id) AS last
FROM appliance a JOIN household h ON h.id = a.household_id JOIN home_place p ON p.id = h.id
JOIN present_consent c ON c.household_id = h.id AND c.purpose = 'tips' AND c.given
WHERE a.kind <> 'circuit' ORDER BY a.household_id, a.key

-- name: add_tip
INSERT INTO care_tip (appliance_key, code, occasion, household_id, sent_at)
VALUES (%(appliance_key)s, %(code)s, %(occasion)s, %(household_id)s, %(sent_at)s) ON CONFLICT DO NOTHING RETURNING true

-- name: tips
-- Tips that were said, newest first.
SELECT t.sent_at, t.household_id, a.id AS appliance_id, t.code, t.occasion
FROM care_tip t JOIN appliance a ON a.key = t.appliance_key
ORDER BY t.sent_at DESC, a.id, t.code LIMIT %(limit)s

-- name: page
SELECT c.id, c.number, c.state, c.type, c.title, c.text, c.kind, c.maker, c.model, c.batch, c.firmware, c.climate, c.region, c.timezone,
       c.installed_before, c.visit, c.announced_at, c.version,
       (SELECT coalesce(jsonb_object_agg(s.word, s.n), '{}')
        FROM (SELECT coalesce(p.left_out, p.state) AS word, count(*) AS n FROM campaign_appliance p
              WHERE p.campaign_id = c.id GROUP BY 1) s) AS appliances
FROM campaign c WHERE (%(after)s::bigint IS NULL OR c.number < %(after)s) ORDER BY c.number DESC LIMIT %(limit)s

-- name: one
SELECT c.id, c.number, c.state, c.type, c.title, c.text, c.kind, c.maker, c.model, c.batch, c.firmware, c.climate, c.region, c.timezone,
       c.installed_before, c.visit, c.announced_at, c.version,
       (SELECT coalesce(jsonb_object_agg(s.word, s.n), '{}')
        FROM (SELECT coalesce(p.left_out, p.state) AS word, count(*) AS n FROM campaign_appliance p
              WHERE p.campaign_id = c.id GROUP BY 1) s) AS appliances
FROM campaign c WHERE c.id = %(id)s

-- name: add
INSERT INTO campaign (type, title, text, kind, maker, model, batch, firmware, climate, region, timezone, installed_before, visit)
VALUES (%(type)s, %(title)s, %(text)s, %(kind)s, %(maker)s, %(model)s, %(batch)s, %(firmware)s, %(climate)s, %(region)s, %(timezone)s,
        %(installed_before)s, %(visit)s) RETURNING id

-- name: announce
UPDATE campaign SET announced_at = %(at)s WHERE id = %(id)s

-- name: invite
-- Everything selected, with why somebody was left out. A recall asks nobody's leave: it is about safety.
INSERT INTO campaign_appliance (campaign_id, appliance_key, household_id, left_out, invited_at)
SELECT c.id, a.key, a.household_id,
       CASE WHEN c.type = 'recall' THEN NULL
            WHEN NOT coalesce((SELECT n.given FROM present_consent n
                               WHERE n.household_id = a.household_id AND n.purpose = 'campaigns'), false) THEN 'no_consent'
            WHEN EXISTS (SELECT FROM campaign_appliance p JOIN campaign o ON o.id = p.campaign_id AND o.type <> 'recall'
                         WHERE p.household_id = a.household_id AND p.campaign_id <> c.id AND p.left_out IS NULL
                           AND p.invited_at > %(asked_after)s) THEN 'asked_lately' END,
       %(at)s
FROM campaign c
JOIN appliance a ON a.claimed AND a.kind = c.kind
 AND (c.maker IS NULL OR a.maker = c.maker) AND (c.model IS NULL OR a.model = c.model)
 AND (c.batch IS NULL OR a.batch = c.batch) AND (c.firmware IS NULL OR a.firmware = c.firmware)
 AND (c.installed_before IS NULL OR a.installed_on < c.installed_before)
JOIN household h ON h.id = a.household_id AND (c.timezone IS NULL OR h.timezone = c.timezone)
JOIN home_place w ON w.id = h.id AND (c.climate IS NULL OR w.climate = c.climate) AND (c.region IS NULL OR w.region = c.region)
WHERE c.id = %(id)s
ON CONFLICT (campaign_id, appliance_key) DO NOTHING

-- name: preview
-- What a draft would select, and whom of it one may ask: a recall everybody, else homes that consented and were not asked
-- about another campaign since.
SELECT count(*)::int AS appliances, count(DISTINCT a.household_id)::int AS households,
       (count(*) FILTER (WHERE c.type = 'recall' OR (n.given AND NOT lately.asked)))::int AS asked_appliances,
       (count(DISTINCT a.household_id) FILTER (WHERE c.type = 'recall' OR (n.given AND NOT lately.asked)))::int AS asked_households,
       (count(DISTINCT a.household_id) FILTER (WHERE c.type <> 'recall' AND n.given IS NOT TRUE))::int AS no_consent,
       (count(DISTINCT a.household_id) FILTER (WHERE c.type <> 'recall' AND n.given AND lately.asked))::int AS asked_lately
FROM campaign c
JOIN appliance a ON a.claimed AND a.kind = c.kind
 AND (c.maker IS NULL OR a.maker = c.maker) AND (c.model IS NULL OR a.model = c.model)
 AND (c.batch IS NULL OR a.batch = c.batch) AND (c.firmware IS NULL OR a.firmware = c.firmware)
 AND (c.installed_before IS NULL OR a.installed_on < c.installed_before)
JOIN household h ON h.id = a.household_id AND (c.timezone IS NULL OR h.timezone = c.timezone)
JOIN home_place w ON w.id = h.id AND (c.climate IS NULL OR w.climate = c.climate) AND (c.region IS NULL OR w.region = c.region)
LEFT JOIN present_consent n ON n.household_id = a.household_id AND n.purpose = 'campaigns'
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM campaign_appliance p JOIN campaign o ON o.id = p.campaign_id AND o.type <> 'recall'
    WHERE p.household_id = a.household_id AND p.campaign_id <> c.id AND p.left_out IS NULL
      AND p.invited_at > %(asked_after)s) AS asked) lately
WHERE c.id = %(id)s

-- name: invited
-- Homes to tell, once each however many of their appliances are meant.
SELECT p.household_id, array_agg(a.id ORDER BY a.id) AS appliance_ids
FROM campaign_appliance p JOIN appliance a ON a.key = p.appliance_key
WHERE p.campaign_id = %(id)s AND p.left_out IS NULL GROUP BY p.household_id ORDER BY p.household_id

-- name: participations
SELECT p.id, a.id AS appliance_id, p.household_id, p.state, p.left_out, p.finding_id, p.invited_at, s.actor AS answered_by,
       s.reason AS answer, s.at AS answered_at, p.version
FROM campaign_appliance p JOIN appliance a ON a.key = p.appliance_key LEFT JOIN participation_answer s ON s.entity_id = p.id
WHERE p.campaign_id = %(id)s AND (%(after)s::text IS NULL OR a.id > %(after)s) ORDER BY a.id LIMIT %(limit)s

-- name: participation
SELECT p.id, a.id AS appliance_id, p.household_id, p.state, p.left_out, p.finding_id, p.invited_at, s.actor AS answered_by,
       s.reason AS answer, s.at AS answered_at, p.version
FROM campaign_appliance p JOIN appliance a ON a.key = p.appliance_key LEFT JOIN participation_answer s ON s.entity_id = p.id
WHERE p.campaign_id = %(id)s AND a.id = %(appliance_id)s

-- name: open_finding
-- The job of an accepted check: planned, bundled and proved like every other visit.
INSERT INTO finding (appliance_key, fault, urgency, probability, raised_at, judged_at, first_judged_at, action, evidence, detector)
SELECT a.key, 'campaign_check', 'visit', 1, %(at)s, coalesce(l.at, %(at)s), coalesce(l.at, %(at)s), 'campaign_check',
       jsonb_build_array(jsonb_build_object('signal', 'campaign', 'expected', NULL, 'observed', NULL, 'unit', '',
                                            'since', %(since)s::text, 'note', %(title)s::text)),
       'campaign'
FROM appliance a LEFT JOIN latest_values l ON l.appliance_key = a.key WHERE a.id = %(appliance_id)s
ON CONFLICT (appliance_key, fault) WHERE state IN ('open', 'acknowledged') DO NOTHING RETURNING id

-- name: open_check
SELECT f.id FROM finding f JOIN appliance a ON a.key = f.appliance_key
WHERE a.id = %(appliance_id)s AND f.fault = 'campaign_check' AND f.state IN ('open', 'acknowledged')

-- name: accepted
SELECT p.id, a.id AS appliance_id, p.household_id, p.state, p.left_out, p.finding_id, p.invited_at, s.actor AS answered_by,
       s.reason AS answer, s.at AS answered_at, p.version
FROM campaign_appliance p JOIN appliance a ON a.key = p.appliance_key LEFT JOIN participation_answer s ON s.entity_id = p.id
WHERE p.campaign_id = %(id)s AND p.state = 'accepted' ORDER BY a.id FOR UPDATE OF p

-- name: needless_check
-- The check of a part whose visit was not made yet and that no other accepted part waits for.
SELECT f.id FROM campaign_appliance p JOIN finding f ON f.id = p.finding_id
WHERE p.id = %(id)s AND f.state IN ('open', 'acknowledged') AND f.cleared_at IS NULL
  AND NOT EXISTS (SELECT FROM campaign_appliance q WHERE q.finding_id = f.id AND q.id <> p.id AND q.state = 'accepted')
  AND NOT EXISTS (SELECT FROM order_task t JOIN service_order o ON o.id = t.order_id
                  WHERE t.finding_id = f.id AND o.state IN ('on_site', 'completed', 'verified'))

-- name: set_finding
UPDATE campaign_appliance SET finding_id = %(finding_id)s WHERE id = %(id)s

-- name: finish
-- Checks whose visit was made: there is no signal of theirs that could end, so the finished work ends them.
UPDATE finding f SET cleared_at = o.completed_data_at, judged_at = greatest(f.judged_at, o.completed_data_at)
FROM order_task t JOIN service_order o ON o.id = t.order_id
WHERE t.finding_id = f.id AND f.fault = 'campaign_check' AND f.cleared_at IS NULL AND o.state IN ('completed', 'verified')
RETURNING f.id

-- name: done
SELECT p.id FROM campaign_appliance p JOIN finding f ON f.id = p.finding_id
WHERE p.state = 'accepted' AND f.cleared_at IS NOT NULL
