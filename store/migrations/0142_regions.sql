-- The area that a home's figures count in, and its climate; said by people, or told from where it stands.
-- Why: a time zone is no region, a whole country can share one. Both are told from the same place, and both can be put
-- right: a mountain village is not as warm as its latitude says (docs/decisions/0032).
ALTER TABLE household
    ADD COLUMN region text CHECK (length(region) BETWEEN 1 AND 100),
    ADD COLUMN climate text CHECK (climate IN ('tropical', 'subtropical', 'temperate', 'cold'));

-- One degree by one, named by its corner nearest to the south pole and going east, about 111 by 111 km at the equator and
-- 111 by 70 km at 50 degrees (E).
CREATE FUNCTION cell_of(latitude double precision, longitude double precision) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT abs(floor(latitude))::int || '°' || CASE WHEN floor(latitude) < 0 THEN 'S' ELSE 'N' END || ' '
        || abs(floor(longitude))::int || '°' || CASE WHEN floor(longitude) < 0 THEN 'W' ELSE 'E' END
$$;

CREATE VIEW home_place AS
SELECT id, coalesce(region, cell_of(latitude, longitude), timezone) AS region,
       coalesce(climate, climate_of(latitude)) AS climate
FROM household;

-- Who looks after a home: whoever was there last; before the first visit its nearest outlet and nobody.
CREATE VIEW home_service AS
SELECT h.id AS household_id, p.region, coalesce(v.outlet_id, n.id, 'none') AS outlet,
       coalesce(v.technician_id, 'none') AS technician
FROM household h
JOIN home_place p ON p.id = h.id
LEFT JOIN LATERAL (SELECT e.outlet_id, e.technician_id FROM service_order o JOIN order_finish e ON e.order_id = o.id
                   WHERE o.household_id = h.id ORDER BY e.at DESC, e.round DESC LIMIT 1) v ON true
LEFT JOIN LATERAL (SELECT u.id FROM outlet u
                   ORDER BY (u.latitude - h.latitude) ^ 2
                            + ((u.longitude - h.longitude) * cos(radians(h.latitude))) ^ 2 NULLS LAST, u.id LIMIT 1) n
       ON h.latitude IS NOT NULL AND h.longitude IS NOT NULL;

CREATE OR REPLACE VIEW appliance_watch AS
SELECT a.key, a.id, a.kind, a.maker, a.model, a.batch, a.firmware, p.climate, a.installed_on,
       a.created_at AS watched_from, greatest(l.received_at, a.created_at) AS watched_to
FROM appliance a
JOIN home_place p ON p.id = a.household_id
LEFT JOIN latest_values l ON l.appliance_key = a.key;
