-- What was promised to an owner, with a clock: an offered visit to be answered, a question after the work, a call.
-- Why one table: they all are asked, repeated and, unanswered, handed to a person who calls; one list of calls to make.
CREATE TABLE obligation (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind         text NOT NULL CHECK (kind IN ('consent', 'follow_up', 'remote_follow_up', 'call_back')),
    household_id text NOT NULL REFERENCES household,
    order_id     uuid REFERENCES service_order ON DELETE CASCADE,
    reminder_id  uuid REFERENCES reminder ON DELETE CASCADE,
    state        text NOT NULL DEFAULT 'open',
    since        timestamptz NOT NULL,          -- when its clock began
    due_at       timestamptz NOT NULL,
    urgent       boolean NOT NULL DEFAULT false,
    about        text NOT NULL DEFAULT '',      -- for whoever calls
    slots        jsonb NOT NULL DEFAULT '[]',   -- the free times that the message named
    answer       text,                          -- how it ended: the owner's answer, or what the call brought
    note         text,
    closed_at    timestamptz,
    version      integer NOT NULL DEFAULT 1,
    CHECK ((closed_at IS NOT NULL) = (state IN ('met', 'void')))
);
-- One question per completed work, and per thing the owner did; one offer of an order at a time.
CREATE UNIQUE INDEX one_follow_up ON obligation (order_id, since) WHERE kind = 'follow_up';
CREATE UNIQUE INDEX one_remote_follow_up ON obligation (reminder_id, since) WHERE kind = 'remote_follow_up';
CREATE UNIQUE INDEX one_consent ON obligation (order_id) WHERE kind = 'consent' AND state NOT IN ('met', 'void');
CREATE UNIQUE INDEX one_call_back ON obligation (order_id) WHERE kind = 'call_back' AND state NOT IN ('met', 'void');
CREATE INDEX obligation_waiting ON obligation (due_at) WHERE state NOT IN ('met', 'void');
CREATE INDEX ON obligation (household_id);
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON obligation FOR EACH ROW EXECUTE FUNCTION guard_state('obligation');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON obligation FOR EACH ROW EXECUTE FUNCTION record_state('obligation');
