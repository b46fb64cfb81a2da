-- What owners think of the service, and the four duties: record every opinion, handle it, verify the result with the
-- owner, feed it back to whoever can do something about its cause (S8). None can be skipped; nothing is thrown away.
CREATE TABLE opinion (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    state          text NOT NULL DEFAULT 'recorded',
    kind           text NOT NULL CHECK (kind IN ('praise', 'complaint', 'suggestion')),
    channel        text NOT NULL CHECK (channel IN ('app', 'web', 'phone', 'email', 'letter', 'visit', 'appliance')),
    household_id   text NOT NULL REFERENCES household,
    order_id       uuid REFERENCES service_order,
    appliance_key  integer REFERENCES appliance (key),
    text           text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    recorded_at    timestamptz NOT NULL,
    answer_by      timestamptz NOT NULL,   -- the owner's answer is due; begins anew when the owner is not content
    answer         text,
    answered_at    timestamptz,
    content        boolean,                -- whether the owner was content with the answer, asked by whoever verified
    verified_how   text,
    node           text CHECK (node IN ('development', 'production', 'purchase', 'logistics', 'service')),
    fed_back       text,
    case_id        uuid REFERENCES quality_case,
    version        integer NOT NULL DEFAULT 1,
    CHECK (state = 'recorded' OR (answer IS NOT NULL AND answered_at IS NOT NULL)),
    CHECK (state NOT IN ('verified', 'fed_back') OR (content IS TRUE AND verified_how IS NOT NULL)),
    CHECK (state <> 'fed_back' OR (node IS NOT NULL AND fed_back IS NOT NULL))
);
CREATE INDEX ON opinion (household_id);
CREATE INDEX opinion_waiting ON opinion (answer_by) WHERE state = 'recorded';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON opinion FOR EACH ROW EXECUTE FUNCTION guard_state('opinion');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON opinion FOR EACH ROW EXECUTE FUNCTION record_state('opinion');

-- One rating per finished order. It can be corrected by the owner, not by the technician.
CREATE TABLE rating (
    order_id   uuid PRIMARY KEY REFERENCES service_order,
    stars      smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    channel    text NOT NULL CHECK (channel IN ('app', 'web', 'phone', 'email', 'letter', 'visit', 'appliance')),
    said_at    timestamptz NOT NULL,
    opinion_id uuid REFERENCES opinion
);
