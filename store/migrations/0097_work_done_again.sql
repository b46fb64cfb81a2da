-- What an earlier visit found, once its order had to be opened again; and personal links that are good no more.
-- Why: the second visit says its own cause codes, and what the first one said stays tied to it; and an owner who passed
-- a link on, or a planner who hears of it, can end every link of an order or a home.
CREATE TABLE task_report (
    task_id       uuid NOT NULL REFERENCES order_task ON DELETE CASCADE,
    round         smallint NOT NULL CHECK (round > 0),
    technician_id text REFERENCES technician,
    outcome       text NOT NULL CHECK (outcome IN ('confirmed', 'other_fault', 'no_fault_found')),
    found_fault   text,
    repaired      boolean NOT NULL,
    note          text NOT NULL,
    reported_by   text,
    reported_at   timestamptz,
    completed_at  timestamptz NOT NULL,
    PRIMARY KEY (task_id, round)
);
CREATE TRIGGER append_only BEFORE UPDATE ON task_report FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE order_choice DROP CONSTRAINT order_choice_choice_check,
    ADD CHECK (choice IN ('outlet', 'technician', 'tasks', 'urgency', 'due_by', 'lane', 'slots', 'needed'));
