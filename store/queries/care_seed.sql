-- name: part
-- A part of the catalogue; what somebody changed by hand stays, kinds that the catalogue newly knows are added.
INSERT INTO part AS p (id, name, fits) VALUES (%(id)s, %(name)s, %(fits)s)
ON CONFLICT (id) DO UPDATE SET fits = ARRAY(SELECT DISTINCT unnest(p.fits || excluded.fits) ORDER BY 1)
WHERE NOT p.fits @> excluded.fits

-- name: outlet
INSERT INTO outlet (id, name, latitude, longitude, timezone)
VALUES (%(id)s, %(name)s, %(latitude)s, %(longitude)s, %(timezone)s) ON CONFLICT (id) DO NOTHING

-- name: technician
INSERT INTO technician (id, name, outlet_id, skills) VALUES (%(id)s, %(name)s, %(outlet_id)s, %(skills)s)
ON CONFLICT (id) DO NOTHING

-- name: stock
-- Two of each part, where nothing is said about it yet.
INSERT INTO stock_movement (part_id, quantity, to_place, reason, note)
SELECT p.id, 2, 'outlet:' || %(outlet_id)s, 'received', 'first stock' FROM part p
WHERE NOT EXISTS (SELECT FROM stock_balance b WHERE b.part_id = p.id AND b.place = 'outlet:' || %(outlet_id)s)
