-- From when on an appliance was heard, and which telemetry a finding was first said on; both on the clock of the data.
-- Why: rates counted months from the day of registration. An appliance that was registered long before it was connected had
-- months in which nobody could have known of a fault; claimed and replayed history had faults and no months.
ALTER TABLE latest_values ADD COLUMN first_at timestamptz;  -- NULL: from before this was kept, and nothing of it is left
ALTER TABLE finding ADD COLUMN first_judged_at timestamptz;  -- NULL: from before this was kept
UPDATE finding SET first_judged_at = least(raised_at, judged_at);

-- A look into the index for each appliance, not into its readings; where old readings were dropped, the days of features
-- know when it was heard before.
DO $$
DECLARE
    of_kind text;
BEGIN
    FOR of_kind IN
        SELECT substr(c.relname, 9) FROM pg_class c
        WHERE c.relname LIKE 'reading\_%' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format(
            'UPDATE latest_values l SET first_at = least(l.first_at, r.time) FROM (
                 SELECT a.key, f.time FROM appliance a CROSS JOIN LATERAL (
                     SELECT time FROM %I WHERE appliance_key = a.key ORDER BY time LIMIT 1) f
                 WHERE a.kind = %L OR %L = ''unclaimed'') r
             WHERE r.key = l.appliance_key', 'reading_' || of_kind, of_kind, of_kind);
    END LOOP;
END $$;
UPDATE latest_values l SET first_at = least(l.first_at, (d.day + 1)::timestamp AT TIME ZONE 'UTC', l.at)
FROM (SELECT a.key, f.day FROM appliance a CROSS JOIN LATERAL (
          SELECT day FROM feature_day WHERE appliance_key = a.key ORDER BY index, day LIMIT 1) f) d
WHERE d.key = l.appliance_key;

-- The span in which the system could have known of a fault: from the first to the last reading, and not before it was
-- installed: what a plug said of the appliance before is not of this one.
CREATE OR REPLACE VIEW appliance_watch AS
SELECT a.key, a.id, a.kind, a.maker, a.model, a.batch, a.firmware, p.climate, a.installed_on,
       CASE WHEN l.at IS NOT NULL
            THEN greatest(coalesce(l.first_at, least(a.created_at, l.at)), a.installed_on::timestamp AT TIME ZONE 'UTC')
       END AS watched_from,
       l.at AS watched_to
FROM appliance a
JOIN home_place p ON p.id = a.household_id
LEFT JOIN latest_values l ON l.appliance_key = a.key;

CREATE OR REPLACE VIEW confirmed_fault AS
SELECT f.id AS finding_id, f.appliance_key, coalesce(seen.found_fault, f.fault) AS fault,
       coalesce(f.first_judged_at, f.raised_at) AS at, 'technician' AS confirmed_by,
       ARRAY(SELECT DISTINCT coalesce(p.role, p.id)
             FROM order_task t JOIN part_reservation r ON r.task_id = t.id AND r.state = 'consumed'
             JOIN part p ON p.id = r.part_id WHERE t.finding_id = f.id ORDER BY 1) AS parts
FROM (SELECT DISTINCT finding_id, CASE WHEN outcome = 'other_fault' THEN found_fault END AS found_fault
      FROM order_task WHERE outcome = 'confirmed' OR (outcome = 'other_fault' AND found_fault IS NOT NULL)) seen
JOIN finding f ON f.id = seen.finding_id
WHERE coalesce(seen.found_fault, f.fault) <> 'campaign_check'
UNION ALL
SELECT f.id, f.appliance_key, f.fault, coalesce(f.first_judged_at, f.raised_at), 'telemetry', '{}'::text[]
FROM reminder r JOIN finding f ON f.id = r.finding_id
WHERE r.state = 'verified';

-- Orders that were counted as dropped by a date that had passed when they were made: nobody could have kept it.
DELETE FROM omission m USING service_order o
WHERE m.kind = 'order_dropped' AND o.id = m.order_id AND o.due_by < o.created_at
  AND m.at < o.created_at + interval '3 days';
