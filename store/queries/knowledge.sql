-- name: ship
-- The article as it ships, unless people have edited it or this edition is there.
INSERT INTO knowledge_article AS k
    (id, kind, fault, title, summary, safety, tools, causes, steps, done_when, edition, words)
VALUES (%(id)s, %(kind)s, %(fault)s, %(title)s, %(summary)s, %(safety)s, %(tools)s, %(causes)s, %(steps)s,
        %(done_when)s, %(edition)s, %(words)s)
ON CONFLICT (id) DO UPDATE
SET kind = excluded.kind, fault = excluded.fault, title = excluded.title, summary = excluded.summary,
    safety = excluded.safety, tools = excluded.tools, causes = excluded.causes, steps = excluded.steps,
    done_when = excluded.done_when, edition = excluded.edition, words = excluded.words, version = k.version + 1
WHERE NOT k.edited AND k.edition < excluded.edition

-- name: page
SELECT id, kind, fault, maker, model, title, summary, safety, tools, causes, steps, done_when, edition, edited, version
FROM knowledge_article
WHERE (%(after)s::text IS NULL OR id > %(after)s)
  AND (%(kind)s::text IS NULL OR kind IS NULL OR kind = %(kind)s)
  AND (%(fault)s::text IS NULL OR fault = %(fault)s)
ORDER BY id LIMIT %(limit)s

-- name: best
-- The most relevant articles, best first; a word that is only begun is found too.
SELECT id, kind, fault, maker, model, title, summary, safety, tools, causes, steps, done_when, edition, edited, version
FROM knowledge_article
WHERE (search @@ websearch_to_tsquery('english', %(q)s)
       OR words ILIKE '%%' || replace(replace(replace(%(q)s, '\', '\\'), '%%', '\%%'), '_', '\_') || '%%')
  AND (%(kind)s::text IS NULL OR kind IS NULL OR kind = %(kind)s)
  AND (%(fault)s::text IS NULL OR fault = %(fault)s)
ORDER BY ts_rank(search, websearch_to_tsquery('english', %(q)s)) DESC, id LIMIT %(limit)s

-- name: one
SELECT id, kind, fault, maker, model, title, summary, safety, tools, causes, steps, done_when, edition, edited, version
FROM knowledge_article WHERE id = %(id)s

-- name: lock
SELECT version FROM knowledge_article WHERE id = %(id)s FOR UPDATE

-- name: add
INSERT INTO knowledge_article
    (id, kind, fault, maker, model, title, summary, safety, tools, causes, steps, done_when, edited, words)
VALUES (%(id)s, %(kind)s, %(fault)s, %(maker)s, %(model)s, %(title)s, %(summary)s, %(safety)s, %(tools)s, %(causes)s,
        %(steps)s, %(done_when)s, true, %(words)s)
ON CONFLICT (id) DO NOTHING RETURNING true

-- name: change
UPDATE knowledge_article
SET kind = %(kind)s, fault = %(fault)s, maker = %(maker)s, model = %(model)s, title = %(title)s,
    summary = %(summary)s, safety = %(safety)s, tools = %(tools)s, causes = %(causes)s, steps = %(steps)s,
    done_when = %(done_when)s, words = %(words)s, edited = true, version = version + 1
WHERE id = %(id)s

-- name: for_fault
SELECT id, kind, fault, maker, model, title, summary, safety, tools, causes, steps, done_when, edition, edited, version
FROM knowledge_article WHERE fault = %(fault)s AND (kind IS NULL OR kind = %(kind)s) ORDER BY id
