-- Open tables that cannot be traced back to a home, and parts that were used instead of parts that were expected.
-- Why: a bare digest of an appliance id is undone by whoever can guess the id (`home-0002-washer`); with a secret of
-- this installation it is not. And the maker asks which parts faults really needed.
CREATE TABLE export_secret (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    secret   bytea NOT NULL
);
INSERT INTO export_secret (secret)
VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

CREATE FUNCTION unit_of(id text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT left(encode(sha256(s.secret || convert_to(id, 'UTF8')), 'hex'), 16) FROM export_secret s
$$;

-- One row per finding and fault, however many visits it took; `parts` are the roles of what was used up at them.
CREATE OR REPLACE VIEW confirmed_fault AS
SELECT f.id AS finding_id, f.appliance_key, coalesce(seen.found_fault, f.fault) AS fault, f.raised_at AS at,
       'technician' AS confirmed_by,
       ARRAY(SELECT DISTINCT coalesce(p.role, p.id)
             FROM order_task t JOIN part_reservation r ON r.task_id = t.id AND r.state = 'consumed'
             JOIN part p ON p.id = r.part_id WHERE t.finding_id = f.id ORDER BY 1) AS parts
FROM (SELECT DISTINCT finding_id, CASE WHEN outcome = 'other_fault' THEN found_fault END AS found_fault
      FROM order_task WHERE outcome = 'confirmed' OR (outcome = 'other_fault' AND found_fault IS NOT NULL)) seen
JOIN finding f ON f.id = seen.finding_id
UNION ALL
SELECT f.id, f.appliance_key, f.fault, f.raised_at, 'telemetry', '{}'::text[]
FROM reminder r JOIN finding f ON f.id = r.finding_id
WHERE r.state = 'verified';
