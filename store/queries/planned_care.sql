-- name: tanks
-- Water heaters whose age is known, with the clock of their data and when somebody told that the anode was renewed.
-- A powered anode is left out: its current is measured, and two voices on one fault would raise and end it in turn.
SELECT a.key, a.installed_on, l.at, l.signals,
       CASE WHEN a.facts ->> 'water_hardness_dh' ~ '^[0-9]{1,3}(\.[0-9]+)?$'
            THEN (a.facts ->> 'water_hardness_dh')::float END AS hardness_dh,
       greatest(
           (SELECT max(s.at) FROM service s WHERE s.appliance_key = a.key
              AND (s.fault = 'anode_spent' OR (s.action = 'part_replaced' AND s.part LIKE '%%anode%%'))),
           (SELECT max(o.completed_data_at) FROM order_task t JOIN service_order o ON o.id = t.order_id
              JOIN finding f ON f.id = t.finding_id
            WHERE f.appliance_key = a.key AND f.fault = 'anode_spent' AND t.outcome = 'confirmed'
              AND o.state IN ('completed', 'verified'))) AS renewed_at,
       (SELECT max(o.completed_data_at) FROM order_task t JOIN service_order o ON o.id = t.order_id
          JOIN finding f ON f.id = t.finding_id
        WHERE f.appliance_key = a.key AND f.fault = 'anode_spent' AND t.outcome = 'no_fault_found'
          AND o.state IN ('completed', 'verified')) AS found_sound_at
FROM appliance a JOIN latest_values l ON l.appliance_key = a.key
WHERE a.kind = 'water_heater' AND a.claimed AND a.installed_on IS NOT NULL AND NOT l.signals ? 'anode_ma'
ORDER BY a.key
