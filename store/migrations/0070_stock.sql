-- Parts as a trade: what fits what, where pieces lie, who holds them for which task.
-- Why triggers and not the program: a balance must be right whoever writes, and two who take the last piece at the same
-- moment must be put in order by the one place that sees both.

-- ---------------------------------------------------------------- what fits what
ALTER TABLE part
    ADD COLUMN role text CHECK (role ~ '^[a-z0-9_-]{2,64}$'),   -- what a fault asks for; NULL: the part's own id
    ADD COLUMN rules jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(rules) = 'array'),
    ADD COLUMN alternatives text[] NOT NULL DEFAULT '{}',
    ADD COLUMN superseded_by text REFERENCES part CHECK (superseded_by <> id),
    ADD COLUMN barcode text UNIQUE CHECK (length(barcode) BETWEEN 4 AND 64),
    ADD COLUMN price_cents integer CHECK (price_cents >= 0),
    ADD COLUMN lead_days integer NOT NULL DEFAULT 5 CHECK (lead_days BETWEEN 0 AND 365);

-- The regional store that an outlet asks when it has run out: the second level.
ALTER TABLE outlet ADD COLUMN supplied_by text REFERENCES outlet CHECK (supplied_by <> id);

-- ---------------------------------------------------------------- where pieces lie
CREATE TABLE stock_place (
    id            text PRIMARY KEY,     -- outlet:<id>, van:<technician>, or transit
    kind          text NOT NULL CHECK (kind IN ('outlet', 'van', 'transit')),
    outlet_id     text UNIQUE REFERENCES outlet ON DELETE CASCADE,
    technician_id text UNIQUE REFERENCES technician ON DELETE CASCADE,
    CHECK ((kind = 'outlet') = (outlet_id IS NOT NULL) AND (kind = 'van') = (technician_id IS NOT NULL))
);
INSERT INTO stock_place (id, kind) VALUES ('transit', 'transit');

CREATE FUNCTION add_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'outlet' THEN
        INSERT INTO stock_place (id, kind, outlet_id) VALUES ('outlet:' || NEW.id, 'outlet', NEW.id);
    ELSE
        INSERT INTO stock_place (id, kind, technician_id) VALUES ('van:' || NEW.id, 'van', NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER place AFTER INSERT ON outlet FOR EACH ROW EXECUTE FUNCTION add_place();
CREATE TRIGGER place AFTER INSERT ON technician FOR EACH ROW EXECUTE FUNCTION add_place();
INSERT INTO stock_place (id, kind, outlet_id) SELECT 'outlet:' || id, 'outlet', id FROM outlet;
INSERT INTO stock_place (id, kind, technician_id) SELECT 'van:' || id, 'van', id FROM technician;

CREATE TABLE stock_balance (
    place    text NOT NULL REFERENCES stock_place ON DELETE CASCADE,
    part_id  text NOT NULL REFERENCES part,
    on_hand  integer NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
    reserved integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (place, part_id),
    CHECK (reserved <= on_hand)
);
CREATE INDEX ON stock_balance (part_id);

-- ---------------------------------------------------------------- who holds them for what
CREATE TABLE part_transfer (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number      bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    part_id     text NOT NULL REFERENCES part,
    quantity    integer NOT NULL CHECK (quantity > 0),
    to_place    text NOT NULL REFERENCES stock_place,
    from_place  text REFERENCES stock_place CHECK (from_place <> to_place),
    task_id     uuid REFERENCES order_task ON DELETE SET NULL,
    state       text NOT NULL DEFAULT 'requested',
    explanation text NOT NULL DEFAULT '',
    asked_by    text NOT NULL,
    asked_at    timestamptz NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    CHECK (state IN ('requested', 'refused', 'cancelled') OR from_place IS NOT NULL)
);
CREATE INDEX ON part_transfer (task_id);
CREATE UNIQUE INDEX one_open_transfer ON part_transfer (task_id, part_id) WHERE state IN ('requested', 'approved', 'shipped');

CREATE TABLE part_reservation (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    task_id  uuid NOT NULL REFERENCES order_task,
    part_id  text NOT NULL REFERENCES part,
    quantity integer NOT NULL CHECK (quantity > 0),
    place    text NOT NULL REFERENCES stock_place,
    state    text NOT NULL DEFAULT 'reserved',
    made_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    version  integer NOT NULL DEFAULT 1
);
CREATE INDEX ON part_reservation (task_id);
CREATE UNIQUE INDEX one_held_reservation ON part_reservation (task_id, part_id) WHERE state IN ('reserved', 'picked');

-- The one ledger. NULL is the world outside: suppliers, homes, the bin.
CREATE TABLE stock_movement (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    part_id        text NOT NULL REFERENCES part,
    quantity       integer NOT NULL CHECK (quantity > 0),
    from_place     text REFERENCES stock_place,
    to_place       text REFERENCES stock_place,
    reason         text NOT NULL CHECK (reason IN ('received', 'counted', 'scrapped', 'moved', 'shipped', 'arrived',
                                                   'picked', 'consumed', 'returned')),
    note           text NOT NULL DEFAULT '',
    reservation_id uuid REFERENCES part_reservation,
    transfer_id    uuid REFERENCES part_transfer,
    actor          text NOT NULL DEFAULT coalesce(nullif(current_setting('wellkept.actor', true), ''), 'system'),
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (coalesce(from_place, '') <> coalesce(to_place, ''))
);
CREATE INDEX ON stock_movement (part_id, id);
CREATE INDEX ON stock_movement (reservation_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON stock_movement FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------- balances follow, always
CREATE FUNCTION lock_balances(wanted_part text, a text, b text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- In one order everywhere, so that two who need the same two rows do not wait for each other for ever.
    INSERT INTO stock_balance (place, part_id)
    SELECT DISTINCT p, wanted_part FROM unnest(ARRAY[a, b]) p WHERE p IS NOT NULL ORDER BY p ON CONFLICT DO NOTHING;
    PERFORM FROM stock_balance WHERE part_id = wanted_part AND place IN (a, b) ORDER BY place FOR UPDATE;
END $$;

CREATE FUNCTION need_free(wanted_part text, at_place text, wanted integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    free integer := (SELECT on_hand - reserved FROM stock_balance WHERE place = at_place AND part_id = wanted_part);
BEGIN
    IF free < wanted THEN
        RAISE EXCEPTION '% has % free of part %, not %', at_place, free, wanted_part, wanted
            USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION move_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_balances(NEW.part_id, NEW.from_place, NEW.to_place);
    IF NEW.from_place IS NOT NULL THEN
        PERFORM need_free(NEW.part_id, NEW.from_place, NEW.quantity);
        UPDATE stock_balance SET on_hand = on_hand - NEW.quantity
        WHERE place = NEW.from_place AND part_id = NEW.part_id;
    END IF;
    UPDATE stock_balance SET on_hand = on_hand + NEW.quantity
    WHERE place = NEW.to_place AND part_id = NEW.part_id;
    RETURN NULL;
END $$;
CREATE TRIGGER balance AFTER INSERT ON stock_movement FOR EACH ROW EXECUTE FUNCTION move_stock();

-- A reservation holds pieces while reserved or picked; picking and returning moves them, consuming takes them out.
CREATE FUNCTION hold_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.place END;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.task_id, NEW.part_id) IS DISTINCT FROM (OLD.task_id, OLD.part_id) THEN
        RAISE EXCEPTION 'a reservation keeps its task and part' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state NOT IN ('reserved', 'picked')
       AND (NEW.quantity, NEW.place) IS DISTINCT FROM (OLD.quantity, OLD.place) THEN
        RAISE EXCEPTION 'a reservation that is over stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM lock_balances(NEW.part_id, before, NEW.place);
    IF TG_OP = 'UPDATE' AND OLD.state IN ('reserved', 'picked') THEN
        UPDATE stock_balance SET reserved = reserved - OLD.quantity WHERE place = OLD.place AND part_id = OLD.part_id;
    END IF;
    IF before <> NEW.place AND NEW.state IN ('picked', 'returned') THEN
        INSERT INTO stock_movement (part_id, quantity, from_place, to_place, reason, reservation_id)
        VALUES (NEW.part_id, NEW.quantity, before, NEW.place, NEW.state, NEW.id);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state = 'consumed' AND OLD.state <> 'consumed' THEN
        INSERT INTO stock_movement (part_id, quantity, from_place, reason, reservation_id)
        VALUES (NEW.part_id, NEW.quantity, NEW.place, 'consumed', NEW.id);
    END IF;
    IF NEW.state IN ('reserved', 'picked') THEN
        PERFORM need_free(NEW.part_id, NEW.place, NEW.quantity);
        UPDATE stock_balance SET reserved = reserved + NEW.quantity WHERE place = NEW.place AND part_id = NEW.part_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER hold AFTER INSERT OR UPDATE ON part_reservation FOR EACH ROW EXECUTE FUNCTION hold_stock();

-- What is shipped is on its way, neither here nor there, until somebody says that it has arrived.
CREATE FUNCTION ship_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'shipped' AND OLD.state <> 'shipped' THEN
        INSERT INTO stock_movement (part_id, quantity, from_place, to_place, reason, transfer_id)
        VALUES (NEW.part_id, NEW.quantity, NEW.from_place, 'transit', 'shipped', NEW.id);
    ELSIF NEW.state = 'received' AND OLD.state <> 'received' THEN
        INSERT INTO stock_movement (part_id, quantity, from_place, to_place, reason, transfer_id)
        VALUES (NEW.part_id, NEW.quantity, 'transit', NEW.to_place, 'arrived', NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ship AFTER UPDATE ON part_transfer FOR EACH ROW EXECUTE FUNCTION ship_stock();

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON part_reservation
    FOR EACH ROW EXECUTE FUNCTION guard_state('reservation');
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON part_transfer FOR EACH ROW EXECUTE FUNCTION guard_state('transfer');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON part_reservation
    FOR EACH ROW EXECUTE FUNCTION record_state('reservation');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON part_transfer FOR EACH ROW EXECUTE FUNCTION record_state('transfer');

-- What a task needs and nobody has: said once, kept up to date, gone when it is there.
CREATE TABLE part_shortage (
    task_id     uuid NOT NULL REFERENCES order_task ON DELETE CASCADE,
    role        text NOT NULL,
    explanation text NOT NULL,
    since       timestamptz NOT NULL,
    PRIMARY KEY (task_id, role)
);

-- The pieces that were known so far move into the ledger.
INSERT INTO stock_movement (part_id, quantity, to_place, reason, note)
SELECT part_id, quantity, 'outlet:' || outlet_id, 'counted', 'stock before there was a ledger'
FROM part_stock WHERE quantity > 0;
DROP TABLE part_stock;
