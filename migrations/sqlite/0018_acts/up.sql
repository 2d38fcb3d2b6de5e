-- What administrators did to others: who, when, why. Ids are texts, for it outlives what it tells of.
CREATE TABLE acts (
    id            INTEGER PRIMARY KEY NOT NULL,
    ts            BIGINT NOT NULL,
    -- None: somebody with the operator's commands.
    administrator TEXT,
    kind          TEXT NOT NULL,
    user_id       TEXT,
    channel       TEXT,
    message       TEXT,
    reason        TEXT
);
