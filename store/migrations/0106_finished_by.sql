-- Who finished which order when, as often as it was finished.
-- Why: an order that had to be opened again and was then finished by somebody else counted against the one who put it
-- right; grades and figures need the person whose work it was.
CREATE TABLE order_finish (
    order_id      uuid NOT NULL REFERENCES service_order ON DELETE CASCADE,
    round         smallint NOT NULL CHECK (round > 0),
    technician_id text REFERENCES technician,
    outlet_id     text REFERENCES outlet,
    at            timestamptz NOT NULL,
    PRIMARY KEY (order_id, round)
);
CREATE INDEX ON order_finish (technician_id, at);
CREATE TRIGGER append_only BEFORE UPDATE ON order_finish FOR EACH ROW EXECUTE FUNCTION refuse_change();

INSERT INTO order_finish (order_id, round, technician_id, outlet_id, at)
SELECT id, 1, technician_id, outlet_id, completed_at FROM service_order WHERE completed_at IS NOT NULL;

CREATE FUNCTION record_finish() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'completed' AND OLD.state <> 'completed' THEN
        INSERT INTO order_finish (order_id, round, technician_id, outlet_id, at)
        SELECT NEW.id, count(*) + 1, NEW.technician_id, NEW.outlet_id, NEW.completed_at
        FROM order_finish e WHERE e.order_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER finish AFTER UPDATE ON service_order FOR EACH ROW EXECUTE FUNCTION record_finish();

-- Each finish with the time until which what people say is about it, and whether its work had to be done again: the
-- order was opened again, or a later one found the same fault or part at fault. A visit that found nothing repeats
-- nothing, and neither does one that nobody made.
CREATE VIEW finished_work AS
SELECT e.order_id, e.round, e.technician_id, e.outlet_id, e.at, n.at AS followed_at,
       n.at IS NOT NULL OR o.state NOT IN ('completed', 'verified') AS reopened,
       n.at IS NULL AND EXISTS (
           SELECT FROM order_task t JOIN order_task later ON later.repeats = t.id AND later.order_id <> t.order_id
           JOIN service_order again ON again.id = later.order_id
           WHERE t.order_id = e.order_id AND again.state NOT IN ('declined', 'cancelled')
             AND later.outcome IS DISTINCT FROM 'no_fault_found') AS repeated
FROM order_finish e
JOIN service_order o ON o.id = e.order_id
LEFT JOIN order_finish n ON n.order_id = e.order_id AND n.round = e.round + 1;
