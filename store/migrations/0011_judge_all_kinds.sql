-- From now on every kind is judged, and from more signals: what was worked out of fewer signals is worked out anew.
-- Cheap here (the work itself is done piece by piece by scoring): an appliance without a mark is a newcomer.
DELETE FROM day_due;
DELETE FROM judged;
DELETE FROM reference WHERE index = 'drain_s_per_l';
