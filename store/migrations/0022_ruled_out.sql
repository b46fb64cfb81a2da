-- What else a finding could have been and why it is not, in plain sentences.
-- Why: evidence without it leaves a planner to wonder whether it was the weather.
ALTER TABLE finding ADD COLUMN ruled_out text[] NOT NULL DEFAULT '{}';
