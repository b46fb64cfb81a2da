-- No visit waits for another look any more (decision 0060): nothing else asked since when a fault is said.
ALTER TABLE finding DROP COLUMN said_since;
