-- Messages to owners leave by mail: how often each was tried, and when it is tried again.
-- Why: a mail server that is away must not lose a message, and one address that is wrong must not hold up the others.
ALTER TABLE outbox
    ADD COLUMN tries smallint NOT NULL DEFAULT 0,
    ADD COLUMN next_try_at timestamptz;
