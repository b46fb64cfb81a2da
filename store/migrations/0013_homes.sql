-- What the rules of whole homes remember between two rounds, and when nobody is at home.
-- Why in the database: any scheduler may run the next round, and a verdict and its memory are written together.

CREATE TABLE home_silence (
    household_id text PRIMARY KEY REFERENCES household ON DELETE CASCADE,
    state        jsonb NOT NULL
);

-- Always exactly one row: circuits have been looked at up to here.
CREATE TABLE mains_watch (
    sole        boolean PRIMARY KEY DEFAULT true CHECK (sole),
    received_to timestamptz NOT NULL,
    state       jsonb NOT NULL
);
INSERT INTO mains_watch (received_to, state) VALUES ('epoch', '{}');

-- Holiday mode: silence of the home means nothing then.
CREATE TABLE household_away (
    household_id text NOT NULL REFERENCES household ON DELETE CASCADE,
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL CHECK (ends_at > starts_at),
    PRIMARY KEY (household_id, starts_at)
);
