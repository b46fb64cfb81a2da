-- Which days of which appliances wait to be judged: late rows cost exactly the days they touch, a crash loses none,
-- and one call can stop after a bounded amount of work.

CREATE TABLE day_due (
    appliance_key integer NOT NULL REFERENCES appliance (key) ON DELETE CASCADE,
    day           date NOT NULL,          -- UTC
    newest        timestamptz NOT NULL,   -- data time of the newest row seen of that day
    due_since     timestamptz NOT NULL,
    failures      integer NOT NULL DEFAULT 0,
    not_before    timestamptz NOT NULL DEFAULT '-infinity',  -- put off after a failure, so that it blocks nobody
    PRIMARY KEY (appliance_key, day)
);
CREATE INDEX ON day_due (due_since);

-- Everything that arrived up to here has been turned into rows of day_due. Always exactly one row.
CREATE TABLE arrival_mark (
    sole        boolean PRIMARY KEY DEFAULT true CHECK (sole),
    received_to timestamptz NOT NULL
);
INSERT INTO arrival_mark (received_to) VALUES ('epoch');

-- A claim brings rows that arrived long ago: without its mark the appliance is judged anew from all its days.
CREATE FUNCTION forget_judged_device() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM judged WHERE appliance_key IN (OLD.appliance_key, NEW.appliance_key);
    RETURN NULL;
END $$;
CREATE TRIGGER forget_judged AFTER UPDATE OF appliance_key ON device FOR EACH ROW
    WHEN (OLD.appliance_key <> NEW.appliance_key) EXECUTE FUNCTION forget_judged_device();

-- Another kind means other indices: what was learned of the old kind is worth nothing.
CREATE FUNCTION forget_judged_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM judged WHERE appliance_key = NEW.key;
    DELETE FROM feature_day WHERE appliance_key = NEW.key;
    DELETE FROM reference WHERE appliance_key = NEW.key;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_judged AFTER UPDATE OF kind ON appliance FOR EACH ROW
    WHEN (OLD.kind IS DISTINCT FROM NEW.kind) EXECUTE FUNCTION forget_judged_kind();
