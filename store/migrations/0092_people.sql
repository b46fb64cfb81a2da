-- Omissions, technicians' monthly grades with their appeals, and licence points.

-- A breakdown nobody predicted, or an order somebody dropped; found by a job, one row each, never typed in.
CREATE TABLE omission (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('breakdown_not_predicted', 'order_dropped')),
    finding_id    uuid UNIQUE REFERENCES finding,
    order_id      uuid UNIQUE REFERENCES service_order,
    household_id  text NOT NULL REFERENCES household,
    outlet_id     text REFERENCES outlet,
    technician_id text REFERENCES technician,
    model         text,
    at            timestamptz NOT NULL,
    why           text NOT NULL,
    CHECK ((kind = 'breakdown_not_predicted') = (finding_id IS NOT NULL)),
    CHECK ((kind = 'order_dropped') = (order_id IS NOT NULL))
);
CREATE INDEX ON omission (at);

-- One grade per technician and month. `figures` are all it rests on, so that the person can check it.
CREATE TABLE technician_grade (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    technician_id text NOT NULL REFERENCES technician,
    month         date NOT NULL CHECK (extract(day FROM month) = 1),
    grade         text NOT NULL CHECK (grade IN ('A', 'B', 'C')),
    promoted      boolean NOT NULL DEFAULT false,   -- among the top tenth of the month
    figures       jsonb NOT NULL,
    state         text NOT NULL DEFAULT 'given',
    appeal        text,
    answer        text,
    made_at       timestamptz NOT NULL,
    version       integer NOT NULL DEFAULT 1,
    UNIQUE (technician_id, month),
    CHECK (state = 'given' OR appeal IS NOT NULL),
    CHECK (state NOT IN ('confirmed', 'overturned') OR answer IS NOT NULL)
);
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON technician_grade FOR EACH ROW EXECUTE FUNCTION guard_state('grade');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON technician_grade FOR EACH ROW EXECUTE FUNCTION record_state('grade');

-- Licence points: taken off for broken promises, overcharging and repeat repairs, given back by appeal. Append-only.
CREATE TABLE points_entry (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    technician_id text NOT NULL REFERENCES technician,
    points        integer NOT NULL CHECK (points <> 0),
    reason        text NOT NULL CHECK (reason IN ('broken_promise', 'overcharging', 'repeat_repair', 'appeal')),
    order_id      uuid REFERENCES service_order,
    note          text NOT NULL DEFAULT '',
    actor         text NOT NULL,
    at            timestamptz NOT NULL,
    CHECK ((points > 0) = (reason = 'appeal'))
);
CREATE UNIQUE INDEX one_entry_per_cause ON points_entry (technician_id, order_id, reason) WHERE order_id IS NOT NULL;
CREATE INDEX ON points_entry (technician_id, at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON points_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What a technician found instead of the fault that was expected is a confirmed fault too.
CREATE OR REPLACE VIEW confirmed_fault AS
SELECT f.id AS finding_id, f.appliance_key, coalesce(t.found_fault, f.fault) AS fault, f.raised_at AS at,
       'technician' AS confirmed_by, t.parts
FROM order_task t JOIN finding f ON f.id = t.finding_id
WHERE t.outcome = 'confirmed' OR (t.outcome = 'other_fault' AND t.found_fault IS NOT NULL)
UNION
SELECT f.id, f.appliance_key, f.fault, f.raised_at, 'telemetry', '{}'::text[]
FROM reminder r JOIN finding f ON f.id = r.finding_id
WHERE r.state = 'verified';
