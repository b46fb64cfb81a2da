-- What was decided about each open finding, why, and what the other options would have cost.
-- Why: remind and propose act on the same decision, people have to be able to read it, and it must not flip back and
-- forth because another scheduler or a restart forgot what was decided before.
CREATE TABLE decision (
    finding_id  uuid PRIMARY KEY REFERENCES finding,
    option      text NOT NULL CHECK (option IN ('nothing', 'self_care', 'remote_step', 'visit_bundled', 'visit_now')),
    reason      text NOT NULL,
    weighed     jsonb NOT NULL CHECK (jsonb_typeof(weighed) = 'array'),
    saving      double precision NOT NULL,
    waits_until timestamptz,           -- data time
    held_back   boolean NOT NULL DEFAULT false,  -- a visit that waits for room in the visit budget
    judged_at   timestamptz NOT NULL,  -- of the verdict it rests on; data time
    decided_at  timestamptz NOT NULL   -- wall time of the last change
);

-- Every change of mind, for ever: an automatic decision can be asked why.
CREATE TABLE decision_change (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    finding_id  uuid NOT NULL REFERENCES finding,
    from_option text,
    to_option   text NOT NULL,
    reason      text NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX ON decision_change (finding_id, id);

CREATE FUNCTION note_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO decision_change (finding_id, to_option, reason, at)
        VALUES (NEW.finding_id, NEW.option, NEW.reason, NEW.decided_at);
    ELSIF NEW.option <> OLD.option THEN
        INSERT INTO decision_change (finding_id, from_option, to_option, reason, at)
        VALUES (NEW.finding_id, OLD.option, NEW.option, NEW.reason, NEW.decided_at);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_decision AFTER INSERT OR UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION note_decision();
