-- A technician cannot be in two homes at once: enforced here, whoever writes.
-- Why a trigger and not an exclusion constraint: that would need the btree_gist extension on every installation. The
-- technician's row is locked first, so two planners who book at the same moment are put in order.
CREATE FUNCTION guard_slot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other bigint;
BEGIN
    PERFORM FROM technician WHERE id = NEW.technician_id FOR UPDATE;
    SELECT number INTO other FROM service_order
    WHERE technician_id = NEW.technician_id AND id <> NEW.id AND state IN ('scheduled', 'en_route', 'on_site')
      AND tstzrange(visit_starts, visit_ends) && tstzrange(NEW.visit_starts, NEW.visit_ends)
    ORDER BY visit_starts LIMIT 1;
    IF other IS NOT NULL THEN
        RAISE EXCEPTION 'technician % is already booked in that time for order %; choose another time or technician',
            NEW.technician_id, other USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER slot BEFORE INSERT OR UPDATE OF state, technician_id, visit_starts, visit_ends ON service_order
    FOR EACH ROW WHEN (NEW.state IN ('scheduled', 'en_route', 'on_site')) EXECUTE FUNCTION guard_slot();

CREATE INDEX service_order_slot ON service_order (technician_id, visit_starts)
    WHERE state IN ('scheduled', 'en_route', 'on_site');
