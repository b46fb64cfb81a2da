-- Long-running processes say here that they live and what they have done: for health checks, metrics and the terminal.
CREATE TABLE worker (
    name       text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    healthy    boolean NOT NULL,
    text       text NOT NULL DEFAULT '',
    counters   jsonb NOT NULL DEFAULT '{}'
);
