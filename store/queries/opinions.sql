-- name: page
SELECT p.id, p.number, p.state, p.kind, p.channel, p.household_id, p.order_id, a.id AS appliance_id, p.text, p.recorded_at,
       p.answer_by, p.state = 'recorded' AND p.answer_by < %(now)s AS overdue, p.answer, p.answered_at, p.content,
       p.verified_how, p.node, p.fed_back, p.case_id, p.version
FROM opinion p LEFT JOIN appliance a ON a.key = p.appliance_key
WHERE (%(after)s::bigint IS NULL OR p.number < %(after)s)
  AND (%(states)s::text[] IS NULL OR p.state = ANY(%(states)s))
  AND (%(kinds)s::text[] IS NULL OR p.kind = ANY(%(kinds)s))
  AND (%(household)s::text IS NULL OR p.household_id = %(household)s)
  AND (NOT %(overdue)s OR (p.state = 'recorded' AND p.answer_by < %(now)s))
ORDER BY p.number DESC LIMIT %(limit)s

-- name: one
SELECT p.id, p.number, p.state, p.kind, p.channel, p.household_id, p.order_id, a.id AS appliance_id, p.text, p.recorded_at,
       p.answer_by, p.state = 'recorded' AND p.answer_by < %(now)s AS overdue, p.answer, p.answered_at, p.content,
       p.verified_how, p.node, p.fed_back, p.case_id, p.version
FROM opinion p LEFT JOIN appliance a ON a.key = p.appliance_key WHERE p.id = %(id)s

-- name: add
INSERT INTO opinion (kind, channel, household_id, order_id, appliance_key, text, recorded_at, answer_by)
VALUES (%(kind)s, %(channel)s, %(household_id)s, %(order_id)s,
        (SELECT key FROM appliance WHERE id = %(appliance_id)s), %(text)s, %(recorded_at)s, %(answer_by)s)
RETURNING id

-- name: belongs
-- Whether the order and the appliance, where named, are this home's.
SELECT (%(order_id)s::uuid IS NULL OR EXISTS (SELECT FROM service_order o
                                              WHERE o.id = %(order_id)s AND o.household_id = %(household_id)s)),
       (%(appliance_id)s::text IS NULL OR EXISTS (SELECT FROM appliance a WHERE a.id = %(appliance_id)s
                                                  AND a.household_id = %(household_id)s))

-- name: answer
UPDATE opinion SET answer = %(answer)s, answered_at = %(at)s, content = NULL, verified_how = NULL WHERE id = %(id)s

-- name: verify
UPDATE opinion SET content = %(content)s, verified_how = %(how)s,
                   answer_by = CASE WHEN %(content)s THEN answer_by ELSE %(answer_by)s END
WHERE id = %(id)s

-- name: feed_back
UPDATE opinion SET node = %(node)s, fed_back = %(what)s, case_id = %(case_id)s WHERE id = %(id)s

-- name: same_comment
-- What was said with the rating of an order before, in the same words.
SELECT p.id FROM rating r JOIN opinion p ON p.id = r.opinion_id WHERE r.order_id = %(order_id)s AND p.text = %(text)s

-- name: rate
INSERT INTO rating (order_id, stars, channel, said_at, opinion_id)
VALUES (%(order_id)s, %(stars)s, %(channel)s, %(said_at)s, %(opinion_id)s)
ON CONFLICT (order_id) DO UPDATE SET stars = excluded.stars, channel = excluded.channel, said_at = excluded.said_at,
                                     opinion_id = coalesce(excluded.opinion_id, rating.opinion_id)

-- name: rating
SELECT order_id, stars, channel, said_at, opinion_id FROM rating WHERE order_id = %(order_id)s
