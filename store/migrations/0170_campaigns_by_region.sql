-- A campaign for the homes of one region, told as figures are by region.
-- Why: a cleaning day is held in a community, which neither climate nor time zone picks out.
ALTER TABLE campaign ADD COLUMN region text CHECK (length(region) BETWEEN 1 AND 100);
