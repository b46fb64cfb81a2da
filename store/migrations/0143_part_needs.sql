-- What the maker counts of an appliance: confirmed faults, and parts that were used up at them, as `part:` and its name.
-- Why one view: a part that several faults wear out stands out by none of them, and every figure by model, batch, firmware
-- and climate (rates, survival, cases, measured effects) is wanted of parts as well.
CREATE VIEW maker_event AS
SELECT finding_id, appliance_key, fault, at FROM confirmed_fault
UNION ALL
SELECT f.finding_id, f.appliance_key, 'part:' || p.part, f.at
FROM confirmed_fault f CROSS JOIN LATERAL unnest(f.parts) AS p (part);
