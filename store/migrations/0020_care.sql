-- What the scheduler has to remember beside the core tables, and one view of every open finding with its surroundings.
-- Why: notices, alarms and proofs must be the same whichever scheduler leads, so they live here and not in a process.

-- What the screen of each appliance shows at present; compared with what it should show.
CREATE TABLE appliance_notice (
    appliance_key integer PRIMARY KEY REFERENCES appliance (key) ON DELETE CASCADE,
    finding_id    uuid REFERENCES finding,   -- NULL: nothing is shown
    urgency       text,
    changed_at    timestamptz NOT NULL,
    CHECK ((finding_id IS NULL) = (urgency IS NULL))
);

-- Which alarms the owner has been told of: once per finding, whoever leads.
CREATE TABLE alarm_told (
    finding_id uuid PRIMARY KEY REFERENCES finding,
    told_at    timestamptz NOT NULL
);

-- A message that the broker's client refuses (not: cannot deliver now) must not hold up those behind it.
ALTER TABLE outbox ADD COLUMN refused text;

-- Proof by telemetry runs on data time, so completion needs its instant on that clock too.
ALTER TABLE service_order ADD COLUMN completed_data_at timestamptz;

CREATE FUNCTION stamp_completion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'completed' AND OLD.state <> 'completed' THEN
        NEW.completed_data_at := coalesce(
            (SELECT max(greatest(l.at, f.judged_at))
             FROM order_task t
             JOIN finding f ON f.id = t.finding_id
             LEFT JOIN latest_values l ON l.appliance_key = f.appliance_key
             WHERE t.order_id = NEW.id),
            NEW.completed_at);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp_completion BEFORE UPDATE ON service_order FOR EACH ROW EXECUTE FUNCTION stamp_completion();

CREATE INDEX reminder_waiting ON reminder (household_id) WHERE state NOT IN ('verified', 'escalated');
CREATE INDEX order_unproved ON service_order (household_id) WHERE state = 'completed';
CREATE INDEX job_run_started ON job_run (started_at);
CREATE INDEX outbox_address ON outbox (address, id);
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

-- Every open finding of a claimed appliance with what a decision needs: the appliance's clock, its home, its reminder.
CREATE VIEW care_case AS
SELECT f.id AS finding_id, f.appliance_key, a.id AS appliance_id, a.kind, a.room, a.household_id,
       f.fault, f.state, f.urgency, f.evidence, f.judged_at, f.cleared_at, f.fails_p10,
       greatest(l.at, f.judged_at) AS data_at,
       r.id AS reminder_id, r.state AS reminder_state, r.data_at AS reminder_data_at, r.answer_by, r.snoozed_until
FROM finding f
JOIN appliance a ON a.key = f.appliance_key AND a.claimed
LEFT JOIN latest_values l ON l.appliance_key = f.appliance_key
LEFT JOIN reminder r ON r.finding_id = f.id
WHERE f.state IN ('open', 'acknowledged');
