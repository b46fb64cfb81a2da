-- A home has both coordinates or neither: half a place stopped the planning of everybody's visits.
UPDATE household SET latitude = NULL, longitude = NULL WHERE (latitude IS NULL) <> (longitude IS NULL);
ALTER TABLE household ADD CONSTRAINT whole_place CHECK ((latitude IS NULL) = (longitude IS NULL));
