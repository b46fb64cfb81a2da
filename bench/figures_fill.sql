-- A year of `homes` homes from `since` on: about 2.2 findings, 1.6 orders and 0.2 omissions a home and year, as in the
-- simulated year of service.
INSERT INTO outlet (id, name, latitude, longitude)
SELECT 'outlet-' || n, 'Outlet', 48 + n * 0.05, 11 + n * 0.05 FROM generate_series(0, 19) n;
INSERT INTO technician (id, name, outlet_id, skills) SELECT 'tech-' || n, 'T', 'outlet-' || n %% 20, '{}'
FROM generate_series(0, %(homes)s / 80) n;
INSERT INTO part (id, name, role, price_cents)
SELECT 'part-' || n, 'P', 'role-' || n, CASE WHEN n %% 5 > 0 THEN 1000 * n END FROM generate_series(0, 19) n;

INSERT INTO household (id, name, latitude, longitude, timezone, created_at)
SELECT 'home-' || n, 'Home', 48 + random(), 11 + random(), 'Europe/Berlin', %(since)s FROM generate_series(1, %(homes)s) n;

INSERT INTO appliance (id, kind, household_id, maker, model, batch, firmware, installed_on, created_at)
SELECT 'home-' || n || '-' || k.at, k.kind, 'home-' || n, 'Maker', 'M' || (n + k.at) %% 40, 'b' || n %% 10, '1.' || n %% 3,
       %(since)s::date - n %% 900, %(since)s
FROM generate_series(1, %(homes)s) n, unnest(ARRAY['air_conditioner', 'refrigerator', 'washing_machine', 'dryer', 'dishwasher',
     'water_heater', 'air_purifier', 'circuit']) WITH ORDINALITY k (kind, at);

INSERT INTO latest_values (appliance_key, first_at, at, received_at, signals)
SELECT key, %(since)s, %(until)s, %(until)s, '{}' FROM appliance;

INSERT INTO finding (appliance_key, fault, state, urgency, probability, raised_at, judged_at, first_judged_at, action,
                     evidence, detector)
SELECT a.key, CASE WHEN s.urgency = 'self' THEN 'filter_clog' ELSE 'compressor_failing' END, 'resolved', s.urgency, 0.8, s.at, s.at,
       s.at, 'inspect', '[{}]', 'rule 1'
FROM appliance a CROSS JOIN LATERAL (
    SELECT CASE WHEN random() < 0.6 THEN 'self' ELSE 'visit' END AS urgency, %(since)s + random() * %(span)s::interval AS at
    WHERE a.key IS NOT NULL AND random() < 0.28) s;

INSERT INTO reminder (finding_id, household_id, state, text, sent_at, data_at, answer_by)
SELECT f.id, a.household_id, CASE WHEN random() < 0.5 THEN 'verified' ELSE 'escalated' END, 't', f.raised_at, f.raised_at,
       f.raised_at + interval '7 days'
FROM finding f JOIN appliance a ON a.key = f.appliance_key WHERE f.urgency = 'self';

INSERT INTO service_order (household_id, state, urgency, due_by, outlet_id, technician_id, visit_starts, visit_ends, created_at,
                           completed_at, completed_data_at, verified_at, explanation)
SELECT a.household_id, 'verified', 'visit', s.at, 'outlet-' || p.who %% 20, 'tech-' || p.who, s.at, s.at + interval '1 hour',
       f.raised_at, s.at, s.at, s.at + interval '2 days', f.id::text
FROM finding f JOIN appliance a ON a.key = f.appliance_key LEFT JOIN reminder r ON r.finding_id = f.id
CROSS JOIN LATERAL (SELECT f.raised_at + interval '5 days' AS at) s
CROSS JOIN LATERAL (SELECT substr(a.household_id, 6)::int / 80 AS who) p
WHERE r.state IS DISTINCT FROM 'verified';
INSERT INTO order_task (order_id, finding_id, action, minutes, outcome, reported_at)
SELECT id, explanation::uuid, 'inspect', 60, CASE WHEN random() < 0.8 THEN 'confirmed' ELSE 'no_fault_found' END, completed_at
FROM service_order;
INSERT INTO order_finish (order_id, round, technician_id, outlet_id, at)
SELECT id, 1, technician_id, outlet_id, completed_at FROM service_order;
INSERT INTO part_reservation (task_id, part_id, quantity, place, state)
SELECT id, 'part-' || (random() * 19)::int, 1, 'van:tech-0', 'consumed' FROM order_task WHERE outcome = 'confirmed';

INSERT INTO omission (kind, finding_id, household_id, model, at, why)
SELECT 'breakdown_not_predicted', f.id, a.household_id, a.model, f.raised_at, 'w'
FROM finding f JOIN appliance a ON a.key = f.appliance_key WHERE random() < 0.1;
INSERT INTO rating (order_id, stars, channel, said_at)
SELECT id, 1 + (random() * 4)::int, 'app', completed_at FROM service_order WHERE random() < 0.4;
INSERT INTO opinion (kind, channel, household_id, order_id, text, recorded_at, answer_by)
SELECT 'complaint', 'app', household_id, id, 't', completed_at, completed_at FROM service_order WHERE random() < 0.1;
INSERT INTO obligation (kind, state, household_id, order_id, since, due_at, answer, closed_at)
SELECT 'follow_up', 'met', household_id, id, completed_at, completed_at, 'ok', completed_at FROM service_order;
INSERT INTO state_change (entity, entity_id, from_state, to_state, actor, reason, at)
SELECT 'order', o.id, NULL, s, 'bench', '', o.created_at FROM service_order o, unnest(ARRAY['proposed', 'approved', 'offered',
    'confirmed', 'scheduled', 'completed', 'verified']) s
