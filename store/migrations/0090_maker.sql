-- What the maker's quality engineers read: which appliances were watched for how long, what was confirmed of them, and
-- the cases that grew out of it. Why views: every figure rests on the same two definitions.

-- Latitude stands for climate until a home says better: bands of the usual textbook (E).
CREATE FUNCTION climate_of(latitude double precision) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN latitude IS NULL THEN NULL WHEN abs(latitude) < 23.44 THEN 'tropical'
                WHEN abs(latitude) < 35 THEN 'subtropical' WHEN abs(latitude) < 55 THEN 'temperate' ELSE 'cold' END
$$;

-- Claimed appliances and the span in which the system could have known of a fault: from the day it first heard of one to
-- the last word from it. An appliance that fell silent is not counted as healthy ever since.
CREATE VIEW appliance_watch AS
SELECT a.key, a.id, a.kind, a.maker, a.model, a.batch, a.firmware, climate_of(h.latitude) AS climate, a.installed_on,
       a.created_at AS watched_from, greatest(l.received_at, a.created_at) AS watched_to
FROM appliance a
JOIN household h ON h.id = a.household_id
LEFT JOIN latest_values l ON l.appliance_key = a.key;

-- A fault that somebody saw (the technician confirmed it) or that the telemetry proved (self-care made it go away).
CREATE VIEW confirmed_fault AS
SELECT f.id AS finding_id, f.appliance_key, f.fault, f.raised_at AS at, 'technician' AS confirmed_by, t.parts
FROM order_task t JOIN finding f ON f.id = t.finding_id
WHERE t.outcome = 'confirmed'
UNION
SELECT f.id, f.appliance_key, f.fault, f.raised_at, 'telemetry', '{}'::text[]
FROM reminder r JOIN finding f ON f.id = r.finding_id
WHERE r.state = 'verified';

-- A group of appliances that fails more than its like, handed to the node that can do something about it (S13).
CREATE TABLE quality_case (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number        bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    state         text NOT NULL DEFAULT 'open',
    kind          text NOT NULL,
    fault         text NOT NULL,
    dimension     text NOT NULL CHECK (dimension IN ('model', 'batch', 'firmware', 'climate')),
    value         text NOT NULL,
    found         jsonb NOT NULL,          -- the figures it was opened on
    since         timestamptz NOT NULL,    -- the span of those figures
    opened_at     timestamptz NOT NULL,
    node          text CHECK (node IN ('development', 'production', 'purchase', 'logistics', 'service')),
    owner         text CHECK (length(owner) BETWEEN 1 AND 200),
    fix           text,
    fixed_at      timestamptz,
    effect        jsonb,                   -- rate after the fix against the rate before, measured by the system
    version       integer NOT NULL DEFAULT 1,
    CHECK (state IN ('open', 'dismissed') OR (node IS NOT NULL AND owner IS NOT NULL)),
    CHECK (state NOT IN ('fixed', 'measured', 'closed') OR (fix IS NOT NULL AND fixed_at IS NOT NULL)),
    CHECK (state NOT IN ('measured', 'closed') OR effect IS NOT NULL)
);
CREATE UNIQUE INDEX one_open_case ON quality_case (kind, fault, dimension, value)
    WHERE state NOT IN ('closed', 'dismissed');
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON quality_case FOR EACH ROW EXECUTE FUNCTION guard_state('case');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON quality_case FOR EACH ROW EXECUTE FUNCTION record_state('case');
