-- What an electrician measured and saw in a home: what no telemetry can tell. Append-only, the newest counts.
CREATE TABLE electrical_check (
    id                   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    household_id         text NOT NULL REFERENCES household,
    checked_at           timestamptz NOT NULL,
    checked_by           text NOT NULL CHECK (length(checked_by) BETWEEN 1 AND 200),
    earth_resistance_ohm real CHECK (earth_resistance_ohm >= 0),
    rcd_trip_ms          real CHECK (rcd_trip_ms >= 0),
    insulation_mohm      real CHECK (insulation_mohm >= 0),
    sockets_checked      integer CHECK (sockets_checked >= 0),
    sockets_damaged      integer CHECK (sockets_damaged >= 0),
    polarity_wrong       integer CHECK (polarity_wrong >= 0),
    bonding_present      boolean,
    note                 text NOT NULL DEFAULT '',
    recorded_by          text NOT NULL,
    CHECK (sockets_damaged <= sockets_checked AND polarity_wrong <= sockets_checked)
);
CREATE INDEX ON electrical_check (household_id, checked_at DESC);
CREATE TRIGGER append_only BEFORE UPDATE ON electrical_check FOR EACH ROW EXECUTE FUNCTION refuse_change();
