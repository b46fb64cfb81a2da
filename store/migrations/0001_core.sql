-- Households, appliances and the devices that speak for them; findings, reminders, orders; outbox, audit, jobs.
-- Why one file: they refer to each other, and a half-made core is of no use to anybody.

CREATE EXTENSION IF NOT EXISTS timescaledb;

-- ---------------------------------------------------------------- who and what
CREATE TABLE household (
    id          text PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{3,64}$'),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    latitude    double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude   double precision CHECK (longitude BETWEEN -180 AND 180),
    timezone    text NOT NULL DEFAULT 'UTC',
    contact     jsonb NOT NULL DEFAULT '{}',
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE appliance (
    key             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id              text NOT NULL UNIQUE CHECK (id ~ '^[a-z0-9-]{3,64}$'),
    kind            text CHECK (kind IN ('air_conditioner', 'refrigerator', 'washing_machine', 'dryer', 'dishwasher',
                                         'water_heater', 'air_purifier', 'range_hood', 'circuit')),
    household_id    text REFERENCES household,
    maker           text, model text, serial text, batch text, firmware text, room text,
    installed_on    date,
    circuit_id      text,
    rated_power_w   real CHECK (rated_power_w > 0),
    rated_current_a real CHECK (rated_current_a > 0),
    breaker_rating_a real CHECK (breaker_rating_a > 0),
    rcd_ma          real CHECK (rcd_ma > 0),
    nominal_v       real NOT NULL DEFAULT 230 CHECK (nominal_v BETWEEN 90 AND 480),
    facts           jsonb NOT NULL DEFAULT '{}',
    online          boolean,
    online_since    timestamptz,
    version         integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    -- claimed means: somebody said what it is and where it stands
    claimed         boolean GENERATED ALWAYS AS (kind IS NOT NULL AND household_id IS NOT NULL) STORED,
    CHECK ((kind IS NULL) = (household_id IS NULL))
);
CREATE INDEX ON appliance (household_id);

CREATE TABLE device (
    key           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dialect       text NOT NULL,
    name          text NOT NULL,
    appliance_key integer NOT NULL REFERENCES appliance (key),
    facts         jsonb NOT NULL DEFAULT '{}',
    first_seen    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (dialect, name)
);
CREATE INDEX ON device (appliance_key);

-- ---------------------------------------------------------------- what ingest keeps
-- How far the sequence numbers of an appliance are stored without a gap; what `ack` may promise.
CREATE TABLE sequence_mark (
    appliance_key integer PRIMARY KEY REFERENCES appliance (key),
    seq           bigint NOT NULL,
    at            timestamptz NOT NULL
);

CREATE TABLE sequence_gap (
    appliance_key integer NOT NULL REFERENCES appliance (key),
    first_seq     bigint NOT NULL,
    last_seq      bigint NOT NULL CHECK (last_seq >= first_seq),
    given_up_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (appliance_key, first_seq, given_up_at)
);

CREATE TABLE safety_state (
    appliance_key integer PRIMARY KEY REFERENCES appliance (key),
    state         jsonb NOT NULL,
    updated_at    timestamptz NOT NULL DEFAULT now()
);

-- The last value said of each signal, merged over partial updates. `at` is per signal.
CREATE TABLE latest_values (
    appliance_key integer PRIMARY KEY REFERENCES appliance (key),
    at            timestamptz NOT NULL,
    received_at   timestamptz NOT NULL,
    signals       jsonb NOT NULL
);

CREATE TABLE dead_letter (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest        bytea NOT NULL UNIQUE,
    topic         text NOT NULL,
    reason        text NOT NULL,
    detail        text NOT NULL DEFAULT '',
    payload       bytea NOT NULL,
    appliance_key integer REFERENCES appliance (key),
    times         bigint NOT NULL DEFAULT 1,
    first_at      timestamptz NOT NULL,
    last_at       timestamptz NOT NULL
);
CREATE INDEX ON dead_letter (last_at DESC);
CREATE INDEX ON dead_letter (appliance_key);

-- ---------------------------------------------------------------- what the system says
CREATE TABLE finding (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    appliance_key integer NOT NULL REFERENCES appliance (key),
    fault         text NOT NULL,
    state         text NOT NULL DEFAULT 'open',
    urgency       text NOT NULL CHECK (urgency IN ('urgent', 'visit', 'self')),
    probability   real NOT NULL CHECK (probability BETWEEN 0 AND 1),
    raised_at     timestamptz NOT NULL,
    judged_at     timestamptz NOT NULL,  -- data time of the newest telemetry that the verdict rests on
    cleared_at    timestamptz,           -- data time at which the condition ended
    fails_p10     timestamptz,
    fails_p50     timestamptz,
    fails_p90     timestamptz,
    action        text NOT NULL,
    parts         text[] NOT NULL DEFAULT '{}',
    evidence      jsonb NOT NULL CHECK (jsonb_typeof(evidence) = 'array' AND jsonb_array_length(evidence) > 0),
    detector      text NOT NULL DEFAULT '',
    dismissed_for text,
    version       integer NOT NULL DEFAULT 1,
    CHECK ((state = 'dismissed') = (dismissed_for IS NOT NULL)),
    CHECK (fails_p10 <= fails_p50 AND fails_p50 <= fails_p90)
);
CREATE UNIQUE INDEX one_open_finding ON finding (appliance_key, fault) WHERE state IN ('open', 'acknowledged');
CREATE INDEX ON finding (raised_at DESC);

CREATE TABLE reminder (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    finding_id    uuid NOT NULL UNIQUE REFERENCES finding,
    household_id  text NOT NULL REFERENCES household,
    state         text NOT NULL DEFAULT 'sent',
    text          text NOT NULL,
    sent_at       timestamptz NOT NULL,
    data_at       timestamptz NOT NULL,  -- the appliance's data time when it was sent
    answer_by     timestamptz NOT NULL,  -- data time by which the telemetry must show a change
    snoozed_until timestamptz,
    version       integer NOT NULL DEFAULT 1,
    CHECK ((state = 'snoozed') = (snoozed_until IS NOT NULL))
);
CREATE INDEX ON reminder (household_id);

CREATE TABLE outlet (
    id        text PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{3,64}$'),
    name      text NOT NULL,
    latitude  double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    timezone  text NOT NULL DEFAULT 'UTC',
    version   integer NOT NULL DEFAULT 1
);

CREATE TABLE technician (
    id        text PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{3,64}$'),
    name      text NOT NULL,
    outlet_id text NOT NULL REFERENCES outlet,
    skills    text[] NOT NULL DEFAULT '{}',
    active    boolean NOT NULL DEFAULT true,
    version   integer NOT NULL DEFAULT 1
);

CREATE TABLE part (
    id      text PRIMARY KEY CHECK (id ~ '^[a-z0-9_-]{2,64}$'),
    name    text NOT NULL,
    fits    text[] NOT NULL DEFAULT '{}',  -- kinds
    version integer NOT NULL DEFAULT 1
);

CREATE TABLE part_stock (
    part_id   text NOT NULL REFERENCES part,
    outlet_id text NOT NULL REFERENCES outlet,
    quantity  integer NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (part_id, outlet_id)
);

CREATE TABLE service_order (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number        bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    household_id  text NOT NULL REFERENCES household,
    state         text NOT NULL DEFAULT 'proposed',
    urgency       text NOT NULL CHECK (urgency IN ('urgent', 'visit', 'self')),
    due_by        timestamptz,
    outlet_id     text REFERENCES outlet,
    technician_id text REFERENCES technician,
    visit_starts  timestamptz,
    visit_ends    timestamptz,
    explanation   text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now(),
    completed_at  timestamptz,
    version       integer NOT NULL DEFAULT 1,
    CHECK (visit_ends > visit_starts),
    CHECK (state NOT IN ('scheduled', 'en_route', 'on_site')
           OR (technician_id IS NOT NULL AND visit_starts IS NOT NULL AND visit_ends IS NOT NULL)),
    CHECK (state NOT IN ('completed', 'verified') OR completed_at IS NOT NULL)
);
CREATE UNIQUE INDEX one_open_order ON service_order (household_id)
    WHERE state IN ('proposed', 'approved', 'offered', 'confirmed', 'scheduled', 'en_route', 'on_site', 'reopened');
CREATE INDEX ON service_order (created_at DESC);

CREATE TABLE order_task (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    order_id   uuid NOT NULL REFERENCES service_order,
    finding_id uuid NOT NULL REFERENCES finding,
    action     text NOT NULL,
    parts      text[] NOT NULL DEFAULT '{}',
    minutes    integer NOT NULL CHECK (minutes > 0),
    outcome    text CHECK (outcome IN ('confirmed', 'other_fault', 'no_fault_found')),
    added_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (order_id, finding_id)
);
CREATE INDEX ON order_task (finding_id);

-- ---------------------------------------------------------------- states: one table of legal moves, enforced here
-- Filled from domain/states.py at every migration, so that program and database cannot disagree.
CREATE TABLE legal_move (
    entity     text NOT NULL,
    from_state text NOT NULL,
    to_state   text NOT NULL,
    PRIMARY KEY (entity, from_state, to_state)
);
CREATE TABLE legal_start (
    entity text PRIMARY KEY,
    state  text NOT NULL
);

-- Who changed what, when and why: written by the trigger, so no change can go unrecorded. Append-only.
CREATE TABLE state_change (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity    text NOT NULL,
    entity_id uuid NOT NULL,
    from_state text,
    to_state  text NOT NULL,
    actor     text NOT NULL,
    reason    text NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON state_change (entity, entity_id, id);

CREATE FUNCTION guard_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entity_name text := TG_ARGV[0];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM legal_start s WHERE s.entity = entity_name AND s.state = NEW.state) THEN
            RAISE EXCEPTION 'a new % cannot begin as %', entity_name, NEW.state USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state
       AND NOT EXISTS (SELECT FROM legal_move m
                       WHERE m.entity = entity_name AND m.from_state = OLD.state AND m.to_state = NEW.state) THEN
        RAISE EXCEPTION 'a % that is % cannot become %', entity_name, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

-- After the fact, because an INSERT … ON CONFLICT that becomes an UPDATE has passed the triggers before INSERT too.
CREATE FUNCTION record_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entity_name text := TG_ARGV[0];
    before text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END;
BEGIN
    IF before IS DISTINCT FROM NEW.state THEN
        INSERT INTO state_change (entity, entity_id, from_state, to_state, actor, reason)
        VALUES (entity_name, NEW.id, before, NEW.state,
                coalesce(nullif(current_setting('wellkept.actor', true), ''), 'system'),
                coalesce(current_setting('wellkept.reason', true), ''));
    END IF;
    PERFORM pg_notify('wellkept_change',
                      json_build_object('entity', entity_name, 'id', NEW.id, 'state', NEW.state)::text);
    RETURN NULL;
END $$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON finding FOR EACH ROW EXECUTE FUNCTION guard_state('finding');
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON reminder FOR EACH ROW EXECUTE FUNCTION guard_state('reminder');
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON service_order FOR EACH ROW EXECUTE FUNCTION guard_state('order');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON finding FOR EACH ROW EXECUTE FUNCTION record_state('finding');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON reminder FOR EACH ROW EXECUTE FUNCTION record_state('reminder');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON service_order FOR EACH ROW EXECUTE FUNCTION record_state('order');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON state_change FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The ingest workers keep a cache of devices; they hear of every change here.
CREATE FUNCTION tell_registry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('wellkept_registry', '');
    RETURN NULL;
END $$;
CREATE TRIGGER registry AFTER INSERT OR UPDATE OF kind, household_id, breaker_rating_a, rcd_ma, rated_current_a,
    rated_power_w, nominal_v OR DELETE ON appliance FOR EACH STATEMENT EXECUTE FUNCTION tell_registry();
CREATE TRIGGER registry AFTER INSERT OR UPDATE OF appliance_key OR DELETE ON device
    FOR EACH STATEMENT EXECUTE FUNCTION tell_registry();

-- ---------------------------------------------------------------- messages to people and appliances, jobs
CREATE TABLE outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel    text NOT NULL CHECK (channel IN ('mqtt', 'owner')),
    address    text NOT NULL,           -- topic, or household
    payload    jsonb,                   -- NULL clears a retained notice
    retain     boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at    timestamptz
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL;

CREATE TABLE job_run (
    job         text NOT NULL,
    slot        timestamptz NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    outcome     text,
    PRIMARY KEY (job, slot)
);

CREATE TABLE idempotency (
    key         text NOT NULL,
    request     text NOT NULL,          -- method, path and digest of the body
    status      integer,
    body        jsonb,
    headers     jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (key)
);

-- ---------------------------------------------------------------- what the detectors remember
-- One row per appliance, day (UTC) and index: the input of all slow detectors, a day's data cost a day's work.
CREATE TABLE feature_day (
    appliance_key integer NOT NULL REFERENCES appliance (key),
    day           date NOT NULL,
    index         text NOT NULL,
    value         double precision NOT NULL,
    spread        double precision NOT NULL DEFAULT 0,
    weight        double precision NOT NULL CHECK (weight > 0),
    PRIMARY KEY (appliance_key, index, day)
);

-- The frozen clean reference of an appliance and index; a new one only after a confirmed service.
CREATE TABLE reference (
    appliance_key integer NOT NULL REFERENCES appliance (key),
    index         text NOT NULL,
    learned_from  timestamptz NOT NULL,
    learned_to    timestamptz NOT NULL,
    model         jsonb NOT NULL,
    PRIMARY KEY (appliance_key, index, learned_from)
);

-- Up to which arrival each appliance has been judged.
CREATE TABLE judged (
    appliance_key integer PRIMARY KEY REFERENCES appliance (key),
    received_to   timestamptz NOT NULL,
    data_to       timestamptz NOT NULL
);

CREATE TABLE rollup_mark (
    kind        text PRIMARY KEY,
    received_to timestamptz NOT NULL
);
