-- Appeals against points taken and against lines of the settlement, and when work was proved and complaints were settled.
-- Why: points and earnings could be seen but not appealed; and a statement has to say in which month a line that was
-- held back is paid, so that it is paid once and never lost.
CREATE TABLE work_appeal (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    technician_id text NOT NULL REFERENCES technician,
    entry_id      bigint UNIQUE REFERENCES points_entry,   -- against points,
    order_id      uuid REFERENCES service_order,           -- or for an order whose pay is held back
    state         text NOT NULL DEFAULT 'appealed',
    appeal        text NOT NULL,
    answer        text,
    made_at       timestamptz NOT NULL,
    decided_at    timestamptz,
    version       integer NOT NULL DEFAULT 1,
    CHECK (num_nonnulls(entry_id, order_id) = 1),
    CHECK ((state = 'appealed') = (decided_at IS NULL) AND (decided_at IS NULL) = (answer IS NULL))
);
CREATE UNIQUE INDEX one_appeal_per_order ON work_appeal (technician_id, order_id) WHERE order_id IS NOT NULL;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON work_appeal FOR EACH ROW EXECUTE FUNCTION guard_state('appeal');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON work_appeal FOR EACH ROW EXECUTE FUNCTION record_state('appeal');

ALTER TABLE service_order ADD COLUMN verified_at timestamptz;
UPDATE service_order o SET verified_at = (SELECT max(s.at) FROM state_change s WHERE s.entity = 'order'
                                          AND s.entity_id = o.id AND s.to_state = 'verified') WHERE o.state = 'verified';
ALTER TABLE opinion ADD COLUMN verified_at timestamptz;
UPDATE opinion p SET verified_at = (SELECT max(s.at) FROM state_change s WHERE s.entity = 'opinion'
                                    AND s.entity_id = p.id AND s.to_state = 'verified')
WHERE p.state IN ('verified', 'fed_back');
