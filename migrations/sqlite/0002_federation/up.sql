-- Servers that this one has met: the root key that was pinned then, and their last key document.
CREATE TABLE peers (
    server     TEXT PRIMARY KEY NOT NULL,
    root       BLOB NOT NULL,
    serial     BIGINT NOT NULL,
    document   TEXT NOT NULL,
    fetched_ts BIGINT NOT NULL,
    -- It came with another root key: nothing of it is believed until the operator says so.
    suspended  BOOLEAN NOT NULL
) WITHOUT ROWID;

-- Who has a copy of what is hosted here, and how much of it they have acknowledged.
CREATE TABLE replicas (
    channel   BIGINT NOT NULL REFERENCES channels (num),
    server    TEXT NOT NULL,
    acked     BIGINT NOT NULL,
    -- Where their part ends, once nobody of that server is in the channel any more.
    until     BIGINT,
    PRIMARY KEY (channel, server)
) WITHOUT ROWID;
CREATE INDEX replicas_by_server ON replicas (server);

-- Events of this server's people for channels that are hosted elsewhere, until they stand in the log.
CREATE TABLE pending (
    num        INTEGER PRIMARY KEY NOT NULL,
    event_id   TEXT NOT NULL UNIQUE,
    channel    BIGINT NOT NULL REFERENCES channels (num),
    host       TEXT NOT NULL,
    sender     BIGINT NOT NULL REFERENCES users (num),
    nonce      TEXT NOT NULL,
    event      TEXT NOT NULL,
    signature  BLOB NOT NULL,
    body       TEXT,
    created_ts BIGINT NOT NULL
);
CREATE INDEX pending_by_host ON pending (host, num);
CREATE INDEX pending_by_nonce ON pending (channel, sender, nonce);

-- Requests that must reach another server some time.
CREATE TABLE errands (
    num        INTEGER PRIMARY KEY NOT NULL,
    server     TEXT NOT NULL,
    path       TEXT NOT NULL,
    body       TEXT NOT NULL,
    created_ts BIGINT NOT NULL
);
CREATE INDEX errands_by_server ON errands (server, num);

-- What the operator should look at.
CREATE TABLE alarms (
    num     INTEGER PRIMARY KEY NOT NULL,
    ts      BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    -- Empty where it is about none.
    server  TEXT NOT NULL,
    channel TEXT NOT NULL,
    detail  TEXT NOT NULL
);

-- Two signed heads that can't both be true. Whoever has a pair writes no more into the channel.
CREATE TABLE evidence (
    channel TEXT PRIMARY KEY NOT NULL,
    ts      BIGINT NOT NULL,
    a       TEXT NOT NULL,
    b       TEXT NOT NULL
) WITHOUT ROWID;

-- A host elsewhere may have let a nonce pass twice: that is no reason not to have its log.
DROP INDEX entries_by_nonce;
CREATE INDEX entries_by_nonce ON entries (channel, sender, nonce) WHERE void IS NULL;
