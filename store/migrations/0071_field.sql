-- What happens in a home: one cause code per task, what was used, what was seen; reports that wait for a network.
-- Why every action is kept as it was sent: a technician without a network must never lose work, and what can no longer be
-- done (the order was cancelled meanwhile) is for a person to settle, not for a program to forget.

ALTER TABLE order_task
    ADD COLUMN found_fault text,             -- which fault it was instead
    ADD COLUMN repaired boolean NOT NULL DEFAULT true,   -- false: found, but not put right at this visit
    ADD COLUMN note text NOT NULL DEFAULT '',
    ADD COLUMN reported_by text,
    ADD COLUMN reported_at timestamptz;
ALTER TABLE order_task ADD CHECK (found_fault IS NULL OR outcome = 'other_fault');

ALTER TABLE service_order ADD COLUMN field_note text NOT NULL DEFAULT '';

CREATE TABLE field_action (
    id            uuid PRIMARY KEY,           -- made by the phone: the same action twice is one action
    technician_id text NOT NULL REFERENCES technician,
    order_id      uuid NOT NULL,              -- may name an order that is not there: the action is kept all the same
    kind          text NOT NULL,
    body          jsonb NOT NULL,
    client_at     timestamptz NOT NULL,       -- by the phone's clock
    received_at   timestamptz NOT NULL,
    state         text NOT NULL CHECK (state IN ('applied', 'superseded', 'waiting', 'conflict', 'settled')),
    detail        text NOT NULL DEFAULT '',
    problem       text NOT NULL DEFAULT '',   -- which sort of problem, as in problem documents
    settled_by    text,
    settled_at    timestamptz,
    CHECK ((state = 'settled') = (settled_by IS NOT NULL AND settled_at IS NOT NULL))
);
CREATE INDEX ON field_action (order_id, client_at);
CREATE INDEX field_action_open ON field_action (received_at) WHERE state IN ('waiting', 'conflict');

-- Photos and signatures lie in the database: they are saved, restored and erased together with the order they prove.
CREATE TABLE attachment (
    id         uuid PRIMARY KEY,              -- made by the phone
    order_id   uuid NOT NULL REFERENCES service_order,
    task_id    uuid REFERENCES order_task,
    kind       text NOT NULL CHECK (kind IN ('photo', 'signature')),
    media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png', 'image/webp')),
    sha256     bytea NOT NULL CHECK (length(sha256) = 32),
    content    bytea NOT NULL CHECK (length(content) BETWEEN 1 AND 6000000),
    added_by   text NOT NULL,
    client_at  timestamptz,
    added_at   timestamptz NOT NULL
);
ALTER TABLE attachment ALTER COLUMN content SET STORAGE EXTERNAL;  -- pictures are compressed already
CREATE INDEX ON attachment (order_id);
