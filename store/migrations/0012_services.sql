-- Work on appliances, as the system was told of it: scoring learns what is normal anew after some of it.
-- Why a table of its own: reports of technicians, owners and firmware steps are one thing to the models.

CREATE TABLE service (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    appliance_key integer NOT NULL REFERENCES appliance (key) ON DELETE CASCADE,
    at            timestamptz NOT NULL,       -- when it was done, not when it was told
    action        text NOT NULL CHECK (action IN ('filter_cleaned', 'filter_replaced', 'coil_cleaned', 'vent_cleaned',
                                                  'descaled', 'part_replaced', 'refrigerant_charged',
                                                  'sensor_replaced', 'tightened', 'repaired', 'inspected', 'firmware')),
    fault         text NOT NULL DEFAULT '',   -- what was put right, where somebody said
    part          text NOT NULL DEFAULT '',
    told_by       text NOT NULL,              -- 'technician', 'owner', 'firmware', an order's number, ...
    told_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (appliance_key, at, action, fault, part)   -- telling twice is telling once
);

-- A firmware that was not known before is no step; one that changes is.
CREATE FUNCTION note_firmware() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO service (appliance_key, at, action, part, told_by)
    VALUES (NEW.key, now(), 'firmware', NEW.firmware, 'firmware')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER note_firmware AFTER UPDATE OF firmware ON appliance FOR EACH ROW
    WHEN (OLD.firmware <> NEW.firmware) EXECUTE FUNCTION note_firmware();
