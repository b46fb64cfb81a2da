-- The filling of a washing machine is compared at the mains pressure that the home's dishwasher felt, and dryers tell of
-- their cool-down: both are worked out anew, and what was learned without that context is learned again.
DELETE FROM day_due WHERE appliance_key IN (SELECT key FROM appliance WHERE kind IN ('washing_machine', 'dryer'));
DELETE FROM judged WHERE appliance_key IN (SELECT key FROM appliance WHERE kind IN ('washing_machine', 'dryer'));
DELETE FROM reference r USING appliance a
WHERE a.key = r.appliance_key AND (a.kind, r.index) IN (('washing_machine', 'fill_s_per_l'), ('dryer', 'heater_duty'));
