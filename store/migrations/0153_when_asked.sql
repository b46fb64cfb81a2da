-- When the owner was last asked about a promise.
-- Why: after the program had stood still, one was asked and asked again within a minute, because both counted from the
-- beginning of the clock.
ALTER TABLE obligation ADD COLUMN stepped_at timestamptz;
