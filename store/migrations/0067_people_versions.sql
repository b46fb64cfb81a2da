-- Outlets and technicians are edited by several people: every change is a new version, hours and absences included.
-- Why a trigger: hours lie in tables of their own, and whoever edits them must meet the version that others have read.
CREATE FUNCTION touch_technician() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE technician SET version = version + 1 WHERE id = coalesce(NEW.technician_id, OLD.technician_id);
    RETURN NULL;
END $$;
CREATE TRIGGER touch AFTER INSERT OR DELETE ON technician_absence FOR EACH ROW EXECUTE FUNCTION touch_technician();
