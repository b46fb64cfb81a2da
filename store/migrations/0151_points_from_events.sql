-- Points that the system takes by itself, each for one event with its evidence; what follows when none are left.
-- Why appointments are kept: a promised time that was missed and then moved left no trace, and who moved it when decides
-- whether a promise was broken.
CREATE TABLE appointment (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id      uuid NOT NULL REFERENCES service_order ON DELETE CASCADE,
    technician_id text NOT NULL REFERENCES technician,
    starts        timestamptz NOT NULL,
    ends          timestamptz NOT NULL,
    came          boolean NOT NULL DEFAULT false,   -- somebody was there, said or shown by a report
    arrived_at    timestamptz,                      -- as the technician said, by the phone's clock
    ended_at      timestamptz,                      -- from then it was promised no more: done, moved, handed on, called off
    ended_by      text,
    excused       text                              -- why nobody is to blame, for instance nobody was at home
);
CREATE UNIQUE INDEX present_appointment ON appointment (order_id) WHERE ended_at IS NULL;
CREATE INDEX ON appointment (starts);

CREATE FUNCTION keep_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    booked boolean := NEW.state IN ('scheduled', 'en_route', 'on_site');
    moment timestamptz := coalesce(nullif(current_setting('wellkept.at', true), '')::timestamptz, clock_timestamp());
BEGIN
    IF NEW.state IN ('on_site', 'completed') THEN
        UPDATE appointment SET came = true WHERE order_id = NEW.id AND ended_at IS NULL AND NOT came;
    END IF;
    UPDATE appointment
    SET ended_at = moment, ended_by = coalesce(nullif(current_setting('wellkept.actor', true), ''), 'system')
    WHERE order_id = NEW.id AND ended_at IS NULL
      AND (NOT booked OR technician_id <> NEW.technician_id OR starts <> NEW.visit_starts);
    IF booked THEN
        INSERT INTO appointment (order_id, technician_id, starts, ends, came)
        VALUES (NEW.id, NEW.technician_id, NEW.visit_starts, NEW.visit_ends, NEW.state = 'on_site')
        ON CONFLICT (order_id) WHERE ended_at IS NULL DO UPDATE SET ends = EXCLUDED.ends;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER appointment AFTER INSERT OR UPDATE OF state, technician_id, visit_starts, visit_ends ON service_order
    FOR EACH ROW EXECUTE FUNCTION keep_appointment();
INSERT INTO appointment (order_id, technician_id, starts, ends, came)
SELECT id, technician_id, visit_starts, visit_ends, state = 'on_site' FROM service_order
WHERE state IN ('scheduled', 'en_route', 'on_site');

-- A call that a technician took on is that person's promise.
ALTER TABLE obligation
    ADD COLUMN technician_id text REFERENCES technician,
    ADD COLUMN given_at timestamptz,
    ADD CHECK ((technician_id IS NULL) = (given_at IS NULL));

-- What owners may be charged, from a day on, and what they were charged.
CREATE TABLE price_list (
    valid_from     date PRIMARY KEY,
    call_out_cents integer NOT NULL CHECK (call_out_cents >= 0),
    hour_cents     integer NOT NULL CHECK (hour_cents >= 0),
    actor          text NOT NULL,
    at             timestamptz NOT NULL
);
CREATE TABLE order_charge (
    order_id uuid NOT NULL REFERENCES service_order ON DELETE CASCADE,
    said_by  text NOT NULL CHECK (said_by IN ('technician', 'owner')),
    cents    integer NOT NULL CHECK (cents >= 0),
    note     text NOT NULL DEFAULT '',
    actor    text NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (order_id, said_by)
);

-- Never twice for one event, whichever way it was found; what a person entered by hand stands for its order and reason.
ALTER TABLE points_entry ADD COLUMN event text, ADD COLUMN evidence jsonb NOT NULL DEFAULT '{}';
DROP INDEX one_entry_per_cause;
CREATE UNIQUE INDEX one_entry_per_cause ON points_entry (technician_id, order_id, reason)
    WHERE order_id IS NOT NULL AND event IS NULL;
CREATE UNIQUE INDEX one_entry_per_event ON points_entry (technician_id, event) WHERE event IS NOT NULL;

-- Who gets no visits until a person has decided, and why.
CREATE TABLE suspension (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    technician_id text NOT NULL REFERENCES technician,
    cause         text NOT NULL CHECK (cause IN ('points', 'grades')),
    state         text NOT NULL DEFAULT 'suspended',
    why           text NOT NULL,
    since         timestamptz NOT NULL,
    answer        text,
    decided_at    timestamptz,
    version       integer NOT NULL DEFAULT 1,
    CHECK ((state = 'suspended') = (decided_at IS NULL) AND (decided_at IS NULL) = (answer IS NULL))
);
CREATE UNIQUE INDEX one_suspension ON suspension (technician_id) WHERE state = 'suspended';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON suspension FOR EACH ROW EXECUTE FUNCTION guard_state('suspension');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON suspension FOR EACH ROW EXECUTE FUNCTION record_state('suspension');
