-- New and newly claimed devices are told to whoever watches the stream of changes, like findings and orders are.
CREATE FUNCTION tell_device() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('wellkept_change',
                      json_build_object('entity', 'device', 'id', NEW.key, 'state', lower(TG_OP))::text);
    RETURN NULL;
END $$;
CREATE TRIGGER change AFTER INSERT OR UPDATE OF appliance_key ON device
    FOR EACH ROW EXECUTE FUNCTION tell_device();

CREATE FUNCTION tell_appliance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('wellkept_change', json_build_object('entity', 'appliance', 'id', NEW.id, 'state',
                      CASE WHEN NEW.household_id IS NULL THEN 'unclaimed' ELSE 'claimed' END)::text);
    RETURN NULL;
END $$;
CREATE TRIGGER change AFTER INSERT OR UPDATE OF kind, household_id ON appliance
    FOR EACH ROW EXECUTE FUNCTION tell_appliance();

-- Kept answers are forgotten by age.
CREATE INDEX ON idempotency (created_at);
