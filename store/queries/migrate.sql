-- name: lock
-- Two programs that migrate at once would trip over each other; the second waits.
SELECT pg_advisory_xact_lock(7093220011)

-- name: ledger
-- Which migrations ran, with the digest of what ran.
CREATE TABLE IF NOT EXISTS schema_migration (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    digest     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: has_ledger
SELECT to_regclass('schema_migration')

-- name: applied
SELECT number, digest FROM schema_migration ORDER BY number

-- name: record
INSERT INTO schema_migration (number, name, digest) VALUES (%(number)s, %(name)s, %(digest)s)

-- name: columns
-- Columns by table, to see what the catalogue of signals has and the database has not.
SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
WHERE table_schema = current_schema()

-- name: clear_moves
DELETE FROM legal_move

-- name: clear_starts
DELETE FROM legal_start

-- name: add_move
INSERT INTO legal_move (entity, from_state, to_state) VALUES (%(entity)s, %(from_state)s, %(to_state)s)

-- name: add_start
INSERT INTO legal_start (entity, state) VALUES (%(entity)s, %(state)s)

-- name: edition
-- 'timescale' is the Community edition, 'apache' what Debian ships.
SELECT current_setting('timescaledb.license', true), extversion FROM pg_extension WHERE extname = 'timescaledb'
