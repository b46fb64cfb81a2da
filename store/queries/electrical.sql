-- name: circuits
-- What the last %(days)s days of each circuit's hourly roll-ups show, up to its own newest reading.
SELECT a.id, coalesce(a.room, a.id) AS place, a.breaker_rating_a, a.rcd_ma, a.nominal_v, l.at AS data_to,
       h.hours::int AS hours, h.current_max_a, h.hours_above::int AS hours_above, h.leakage_typical_ma,
       h.voltage_low_v, h.voltage_high_v, h.terminal_max_c,
       c.contact_ohm, c.contact_first_ohm,
       ARRAY(SELECT f.fault FROM finding f WHERE f.appliance_key = a.key AND f.state IN ('open', 'acknowledged')
             ORDER BY f.fault) AS open_faults
FROM appliance a
LEFT JOIN latest_values l ON l.appliance_key = a.key
LEFT JOIN LATERAL (
    SELECT count(*) AS hours, max(current_a_max) AS current_max_a,
           count(*) FILTER (WHERE current_a_avg > 0.8 * a.breaker_rating_a) AS hours_above,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY leakage_ma_avg) AS leakage_typical_ma,
           percentile_cont(0.01) WITHIN GROUP (ORDER BY voltage_v_min) AS voltage_low_v,
           percentile_cont(0.99) WITHIN GROUP (ORDER BY voltage_v_max) AS voltage_high_v,
           max(terminal_c_max) AS terminal_max_c
    FROM hourly_circuit c
    WHERE c.appliance_key = a.key AND c.hour > l.at - make_interval(days => %(days)s::int) AND c.hour <= l.at
) h ON true
LEFT JOIN LATERAL (
    -- The first days since somebody last tightened it; none while they are among the days that are judged.
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY f.value) FILTER (WHERE f.day > l.at::date - %(days)s::int)
               AS contact_ohm,
           CASE WHEN count(*) FILTER (WHERE f.early) >= %(first_days)s
                THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY f.value) FILTER (WHERE f.early) END
               AS contact_first_ohm
    FROM (SELECT d.day, d.value, d.day <= l.at::date - %(days)s::int
                 AND row_number() OVER (ORDER BY d.day) <= %(first_days)s AS early FROM feature_day d
          WHERE d.appliance_key = a.key AND d.index = 'contact_ohm'
            AND d.day > coalesce((SELECT max(s.at)::date FROM service s
                                  WHERE s.appliance_key = a.key AND s.action IN ('tightened', 'repaired')), '-infinity')
         ) f
) c ON true
WHERE a.household_id = %(household_id)s AND a.kind = 'circuit'
ORDER BY a.id

-- name: newest_check
SELECT checked_at, checked_by, earth_resistance_ohm, rcd_trip_ms, insulation_mohm, sockets_checked, sockets_damaged,
       polarity_wrong, bonding_present, note
FROM electrical_check WHERE household_id = %(household_id)s ORDER BY checked_at DESC, id LIMIT 1

-- name: add_check
INSERT INTO electrical_check (household_id, checked_at, checked_by, earth_resistance_ohm, rcd_trip_ms, insulation_mohm,
                              sockets_checked, sockets_damaged, polarity_wrong, bonding_present, note, recorded_by)
VALUES (%(household_id)s, %(checked_at)s, %(checked_by)s, %(earth_resistance_ohm)s, %(rcd_trip_ms)s,
        %(insulation_mohm)s, %(sockets_checked)s, %(sockets_damaged)s, %(polarity_wrong)s, %(bonding_present)s,
        %(note)s, %(recorded_by)s)
