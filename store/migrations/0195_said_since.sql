-- A visit for a finding that is new may wait until the next look (decision 0043). For how long a fault is said is counted
-- in data time, as everything about an appliance is; raised_at is the clock of arrival. Unknown for what was said before.
ALTER TABLE finding ADD COLUMN said_since timestamptz;
