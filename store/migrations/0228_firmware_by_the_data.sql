-- What an appliance did runs on the data's clock (decision 0044): where its telemetry is older than a day, as when it is
-- replayed, new firmware counts from its newest reading. By the wall it lay months after all that was learned anew from.
CREATE OR REPLACE FUNCTION note_firmware() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO service (appliance_key, at, action, part, told_by)
    SELECT NEW.key, coalesce((SELECT l.at FROM latest_values l
                              WHERE l.appliance_key = NEW.key AND l.at < now() - interval '1 day'), now()),
           'firmware', NEW.firmware, 'firmware'
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
