-- Roll-ups in bounded slices, and never over hours whose readings were dropped (docs/decisions/0006).
-- backlog_from: while a pass is not finished, arrivals after this are still to be rolled up; pass_from is what the
-- mark becomes when it is. dropped_to: readings before this have been dropped, so their hours are final.
ALTER TABLE rollup_mark
    ADD COLUMN backlog_from timestamptz,
    ADD COLUMN pass_from    timestamptz,
    ADD COLUMN dropped_to   timestamptz,
    ADD CHECK ((backlog_from IS NULL) = (pass_from IS NULL));
