-- How far each appliance shows each fault of its kind, as it was said first: others of the kind nearby are asked for it
-- when something is said of one of them (decision 0021).
CREATE TABLE standing (
    appliance_key integer NOT NULL REFERENCES appliance (key) ON DELETE CASCADE,
    day           date NOT NULL,
    left_at       timestamptz NOT NULL,
    standing      jsonb NOT NULL,
    PRIMARY KEY (appliance_key, day)
);
