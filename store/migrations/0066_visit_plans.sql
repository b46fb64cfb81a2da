-- Drafts of who goes where and when, kept so that a planner can look, accept, and later see why.
-- Why the order's version is kept: between draft and yes an order may change; then it is left out instead of overrun.

CREATE TABLE visit_plan (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number      bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind        text NOT NULL CHECK (kind IN ('days', 'emergency', 'overrun')),
    state       text NOT NULL CHECK (state IN ('requested', 'planning', 'draft', 'accepted', 'discarded', 'failed')),
    starts      timestamptz NOT NULL,
    ends        timestamptz NOT NULL CHECK (ends > starts),
    settings    jsonb NOT NULL DEFAULT '{}',   -- seed and limits of the search
    digest      text NOT NULL DEFAULT '',      -- of all it was made from: the same question is not planned twice
    figures     jsonb NOT NULL DEFAULT '{}',
    progress    jsonb NOT NULL DEFAULT '[]',   -- [seconds, iteration, best cost so far], best first to last
    breaks      jsonb NOT NULL DEFAULT '[]',
    explanation text NOT NULL DEFAULT '',
    made_by     text NOT NULL,
    made_at     timestamptz NOT NULL,
    accepted_by text,
    accepted_at timestamptz,
    version     integer NOT NULL DEFAULT 1
);
CREATE INDEX ON visit_plan (state, made_at);

CREATE TABLE planned_visit (
    plan_id       uuid NOT NULL REFERENCES visit_plan ON DELETE CASCADE,
    order_id      uuid NOT NULL REFERENCES service_order ON DELETE CASCADE,
    order_version integer NOT NULL,
    touch         text NOT NULL CHECK (touch IN ('kept', 'new', 'technician', 'time', 'lost', 'left_out')),
    technician_id text REFERENCES technician,
    starts        timestamptz,
    ends          timestamptz,
    travel_s      integer NOT NULL DEFAULT 0,
    extra_s       integer NOT NULL DEFAULT 0,
    late          boolean NOT NULL DEFAULT false,
    needs_owner   boolean NOT NULL DEFAULT false,  -- the owner has not agreed to this time
    reason        text,                            -- of what is left out
    why           text NOT NULL,
    PRIMARY KEY (plan_id, order_id),
    CHECK ((technician_id IS NULL) = (touch IN ('lost', 'left_out'))),
    CHECK ((technician_id IS NULL) = (starts IS NULL) AND (starts IS NULL) = (ends IS NULL))
);
CREATE INDEX ON planned_visit (order_id);

CREATE FUNCTION tell_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    PERFORM pg_notify('wellkept_change',
                      json_build_object('entity', 'visit_plan', 'id', NEW.id, 'state', NEW.state)::text);
    RETURN NEW;
END $$;
CREATE TRIGGER tell BEFORE UPDATE ON visit_plan FOR EACH ROW EXECUTE FUNCTION tell_plan();
