-- Trained models: which speaks, which judge in its shadow, and what nobody is told of.
-- Why in the database: every process that judges has to use the same model, on whatever machine it runs.
CREATE TABLE model (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    sha256        text NOT NULL UNIQUE CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    state         text NOT NULL DEFAULT 'candidate',
    content       bytea NOT NULL,
    simulated     boolean NOT NULL,
    provenance    jsonb NOT NULL,          -- labels, cases, appliances, months, data range, figures
    code_version  text NOT NULL,
    replaces      text,                    -- hash of the model that spoke before this one became champion
    registered_at timestamptz NOT NULL DEFAULT now(),
    promoted_at   timestamptz,
    version       integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX one_champion ON model (state) WHERE state = 'champion';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON model FOR EACH ROW EXECUTE FUNCTION guard_state('model');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON model FOR EACH ROW EXECUTE FUNCTION record_state('model');

-- What a model says that no owner and no planner is told: the verdicts of challengers, and the champion's watch for
-- the unknown (fault 'unknown'), which is for review. Apart from `finding`, so that nothing can act on it by mistake.
CREATE TABLE quiet_finding (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    model_sha256  text NOT NULL,
    appliance_key integer NOT NULL REFERENCES appliance (key) ON DELETE CASCADE,
    fault         text NOT NULL,
    urgency       text NOT NULL CHECK (urgency IN ('urgent', 'visit', 'self')),
    probability   real NOT NULL CHECK (probability BETWEEN 0 AND 1),
    raised_at     timestamptz NOT NULL,
    judged_at     timestamptz NOT NULL,
    cleared_at    timestamptz,
    evidence      jsonb NOT NULL,
    detector      text NOT NULL
);
CREATE UNIQUE INDEX one_open_quiet_finding ON quiet_finding (model_sha256, appliance_key, fault)
    WHERE cleared_at IS NULL;
CREATE INDEX ON quiet_finding (appliance_key, fault);
CREATE INDEX ON quiet_finding (raised_at DESC);

-- How far the data of each kind is from what the speaking model was trained on; `fallen_back` says that for this kind
-- the model before it, or none, speaks.
CREATE TABLE model_drift (
    kind         text PRIMARY KEY,
    model_sha256 text NOT NULL,
    outside      real NOT NULL CHECK (outside BETWEEN 0 AND 1),
    appliances   integer NOT NULL,
    fallen_back  boolean NOT NULL,
    since        timestamptz NOT NULL,   -- when `fallen_back` last changed
    checked_at   timestamptz NOT NULL
);

-- From outcomes probabilities are learned: the raw score, and who made a probability of it, belong to the finding.
ALTER TABLE finding ADD COLUMN score real CHECK (score BETWEEN 0 AND 1), ADD COLUMN model_sha256 text;
