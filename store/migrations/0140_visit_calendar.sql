-- What calendars have been told of each visit: its latest times, how often they changed, and whether it was called off.
-- Why a table beside the order: an order forgets the time it was moved from and the technician it was taken from, but a
-- calendar that was subscribed to must hear of both, with a sequence that only rises (RFC 5545, 3.8.7.4). Why a trigger: a
-- visit is moved in many ways (owner, planner, re-plan, no-show), and none of them may be forgotten.
CREATE TABLE visit_entry (
    order_id      uuid NOT NULL REFERENCES service_order ON DELETE CASCADE,
    round         smallint NOT NULL CHECK (round > 0),  -- an order that was opened again is visited again
    technician_id text REFERENCES technician,           -- whose calendar; NULL is the home's
    starts        timestamptz NOT NULL,
    ends          timestamptz NOT NULL CHECK (ends > starts),
    sequence      integer NOT NULL DEFAULT 0,
    cancelled     boolean NOT NULL DEFAULT false,
    changed_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (order_id, round, technician_id)
);
CREATE INDEX ON visit_entry (technician_id, starts) WHERE technician_id IS NOT NULL;

CREATE FUNCTION note_visit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this_round integer;
    booked boolean := NEW.state IN ('scheduled', 'en_route', 'on_site') AND NEW.visit_starts IS NOT NULL;
BEGIN
    IF NEW.state IN ('completed', 'verified') THEN
        RETURN NULL;  -- it took place: its entry stays as it is
    END IF;
    SELECT count(*) + 1 INTO this_round FROM order_finish f WHERE f.order_id = NEW.id;
    UPDATE visit_entry e SET cancelled = true, sequence = e.sequence + 1, changed_at = now()
    WHERE e.order_id = NEW.id AND e.round = this_round AND NOT e.cancelled
      AND (NOT booked OR e.technician_id <> NEW.technician_id);
    IF booked THEN
        INSERT INTO visit_entry AS e (order_id, round, technician_id, starts, ends)
        SELECT NEW.id, this_round, w.whose, NEW.visit_starts, NEW.visit_ends
        FROM (VALUES (NULL::text), (NEW.technician_id)) w (whose)
        ON CONFLICT (order_id, round, technician_id) DO UPDATE
        SET starts = excluded.starts, ends = excluded.ends, cancelled = false, sequence = e.sequence + 1, changed_at = now()
        WHERE e.cancelled OR (e.starts, e.ends) IS DISTINCT FROM (excluded.starts, excluded.ends);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER calendar AFTER UPDATE ON service_order FOR EACH ROW EXECUTE FUNCTION note_visit();

INSERT INTO visit_entry (order_id, round, technician_id, starts, ends)
SELECT o.id, (SELECT count(*) + 1 FROM order_finish f WHERE f.order_id = o.id), w.whose, o.visit_starts, o.visit_ends
FROM service_order o CROSS JOIN LATERAL (VALUES (NULL::text), (o.technician_id)) w (whose)
WHERE o.state IN ('scheduled', 'en_route', 'on_site') AND o.visit_starts IS NOT NULL;

-- Links to a technician's calendar that were made before are good no more.
ALTER TABLE technician ADD COLUMN links_from timestamptz;
