-- What to check and do, per fault and kind, and for a maker's model where somebody wrote that down.
-- Why in the database though it ships with the program: it is searched in the field, and people add what they learn. A
-- newer edition that ships replaces an article only if nobody has edited it.
CREATE TABLE knowledge_article (
    id        text PRIMARY KEY CHECK (id ~ '^[a-z0-9_.-]{3,80}$'),
    kind      text,                          -- NULL: any
    fault     text,                          -- NULL: about the kind in general
    maker     text,                          -- patterns, as in part rules; NULL: any
    model     text,
    title     text NOT NULL,
    summary   text NOT NULL,
    safety    text[] NOT NULL,
    tools     text[] NOT NULL,
    causes    jsonb NOT NULL CHECK (jsonb_typeof(causes) = 'array'),
    steps     text[] NOT NULL,
    done_when text NOT NULL DEFAULT '',
    edition   integer,                       -- of the words that ship; NULL: written here
    edited    boolean NOT NULL DEFAULT false,
    version   integer NOT NULL DEFAULT 1,
    words     text NOT NULL,                 -- all of it as one text, for the search
    search    tsvector GENERATED ALWAYS AS (to_tsvector('english', words)) STORED
);
CREATE INDEX ON knowledge_article USING gin (search);
CREATE INDEX ON knowledge_article (fault, kind);
