-- One order per household, an urgent one that may stand beside it, and every choice with its reason.
-- Why lanes: the household's order is one ticket to the end, but a hazard must not wait for a date that was agreed for
-- something else, and a planner must be able to part an order by hand (docs/decisions/0017).
ALTER TABLE service_order
    ADD COLUMN lane text NOT NULL DEFAULT 'ordinary' CHECK (lane IN ('ordinary', 'urgent', 'split')),
    ADD COLUMN merged_into uuid REFERENCES service_order;
DROP INDEX one_open_order;
CREATE UNIQUE INDEX one_open_order ON service_order (household_id, lane)
    WHERE state IN ('proposed', 'approved', 'offered', 'confirmed', 'scheduled', 'en_route', 'on_site', 'reopened');

ALTER TABLE order_task
    -- self-care that was not done: somebody comes anyway and does it, but nobody would come for it alone
    ADD COLUMN along boolean NOT NULL DEFAULT false,
    -- the first task that this one repeats: same appliance and fault or part, soon after it was done
    ADD COLUMN repeats uuid REFERENCES order_task;
CREATE INDEX ON order_task (repeats) WHERE repeats IS NOT NULL;

-- What was chosen for an order, by whom and why; the newest row of a kind holds. What a person chose stays.
CREATE TABLE order_choice (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id  uuid NOT NULL REFERENCES service_order ON DELETE CASCADE,
    choice    text NOT NULL CHECK (choice IN ('outlet', 'technician', 'tasks', 'urgency', 'due_by', 'lane', 'slots')),
    value     text,
    why       text NOT NULL,
    actor     text NOT NULL,
    by_person boolean NOT NULL DEFAULT false,
    at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON order_choice (order_id, choice, id DESC);
CREATE TRIGGER append_only BEFORE UPDATE ON order_choice FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE VIEW present_choice AS
SELECT DISTINCT ON (order_id, choice) order_id, choice, value, why, actor, by_person, at
FROM order_choice ORDER BY order_id, choice, id DESC;

-- How an owner reaches a person there.
ALTER TABLE outlet ADD COLUMN phone text CHECK (length(phone) BETWEEN 3 AND 40);
