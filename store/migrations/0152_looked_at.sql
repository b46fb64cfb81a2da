-- What people have looked at: units unlike anything healthy, and a month's statement that is paid.
-- Why: both were lists that only grew; nobody could tell what was done already.
ALTER TABLE quiet_finding
    ADD COLUMN reviewed_at timestamptz,
    ADD COLUMN reviewed_by text,
    ADD COLUMN review      text,
    ADD CHECK (num_nulls(reviewed_at, reviewed_by, review) IN (0, 3));

CREATE TABLE settlement_confirmed (
    technician_id text NOT NULL REFERENCES technician,
    month         date NOT NULL CHECK (extract(day FROM month) = 1),
    paid          double precision NOT NULL,
    actor         text NOT NULL,
    at            timestamptz NOT NULL,
    PRIMARY KEY (technician_id, month)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON settlement_confirmed
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
