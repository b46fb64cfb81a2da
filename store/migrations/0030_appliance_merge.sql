-- A device that is claimed into an appliance which exists already leaves its placeholder behind for a while.
-- Why not delete it at once: an ingest worker whose cache is seconds old still writes under the placeholder's key, and
-- with the row gone its whole batch would fail on the foreign key. History that arrives that way is moved later.
CREATE TABLE appliance_merge (
    from_key integer PRIMARY KEY REFERENCES appliance (key) ON DELETE CASCADE,
    to_key   integer NOT NULL REFERENCES appliance (key),
    at       timestamptz NOT NULL,
    CHECK (from_key <> to_key)
);
CREATE INDEX ON appliance_merge (to_key);
