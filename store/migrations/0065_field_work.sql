-- When and where technicians work, and which bookings a planner has locked.
-- Why no row means the usual week: an installation that never says anything about hours still gets sensible plans.

ALTER TABLE technician ADD COLUMN area_km double precision CHECK (area_km > 0);  -- NULL: no limit

-- By the clock of the technician's outlet; 0 is Monday.
CREATE TABLE technician_hours (
    technician_id text NOT NULL REFERENCES technician ON DELETE CASCADE,
    weekday       smallint NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    starts        time NOT NULL,
    ends          time NOT NULL CHECK (ends > starts),
    break_minutes smallint NOT NULL DEFAULT 0 CHECK (break_minutes BETWEEN 0 AND 240),
    break_from    time NOT NULL DEFAULT '11:30',
    break_to      time NOT NULL DEFAULT '13:30',
    PRIMARY KEY (technician_id, weekday),
    CHECK (break_minutes = 0 OR break_to - break_from >= make_interval(mins => break_minutes))
);

CREATE TABLE technician_absence (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    technician_id text NOT NULL REFERENCES technician ON DELETE CASCADE,
    starts        timestamptz NOT NULL,
    ends          timestamptz NOT NULL CHECK (ends > starts),
    reason        text NOT NULL DEFAULT '',
    UNIQUE (technician_id, starts, ends)
);

-- Agreed with the owner pins the time; locked pins the technician too.
ALTER TABLE service_order ADD COLUMN locked boolean NOT NULL DEFAULT false;
CREATE INDEX service_order_visit ON service_order (visit_starts) WHERE visit_starts IS NOT NULL;
