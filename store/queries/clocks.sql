-- name: stamp_anew
-- What is stamped with an arrival that lies ahead came while a clock ran ahead: it is there now, so it has arrived by now.
WITH w0 AS (
    UPDATE reading_air_conditioner SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w1 AS (
    UPDATE reading_refrigerator SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w2 AS (
    UPDATE reading_washing_machine SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w3 AS (
    UPDATE reading_dryer SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w4 AS (
    UPDATE reading_dishwasher SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w5 AS (
    UPDATE reading_water_heater SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w6 AS (
    UPDATE reading_air_purifier SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w7 AS (
    UPDATE reading_range_hood SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w8 AS (
    UPDATE reading_circuit SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w9 AS (
    UPDATE cycle_washing_machine SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w10 AS (
    UPDATE cycle_dryer SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w11 AS (
    UPDATE cycle_dishwasher SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
), w12 AS (
    UPDATE event SET received_at = %(now)s WHERE received_at > %(ahead)s RETURNING 1
)
SELECT (SELECT count(*) FROM w0) + (SELECT count(*) FROM w1) + (SELECT count(*) FROM w2) + (SELECT count(*) FROM w3)
       + (SELECT count(*) FROM w4) + (SELECT count(*) FROM w5) + (SELECT count(*) FROM w6) + (SELECT count(*) FROM w7)
       + (SELECT count(*) FROM w8) + (SELECT count(*) FROM w9) + (SELECT count(*) FROM w10) + (SELECT count(*) FROM w11)
       + (SELECT count(*) FROM w12)

-- name: forget_ahead
-- What was worked out for days that have not come yet, from clocks that ran ahead.
WITH days AS (
    DELETE FROM feature_day WHERE day > (%(ahead)s::timestamptz AT TIME ZONE 'UTC')::date
), learned AS (
    DELETE FROM reference WHERE learned_to > %(ahead)s
), due AS (
    DELETE FROM day_due WHERE day > (%(ahead)s::timestamptz AT TIME ZONE 'UTC')::date
)
UPDATE judged SET received_to = least(received_to, %(now)s),
                  data_to = CASE WHEN data_to > %(ahead)s THEN 'epoch' ELSE data_to END
WHERE received_to > %(now)s OR data_to > %(now)s
