-- Heads that hosts elsewhere signed over earlier sizes of their logs: by these, ranges of a copy prove themselves.
CREATE TABLE heads (
    channel   BIGINT NOT NULL REFERENCES channels (num),
    size      BIGINT NOT NULL,
    kid       TEXT NOT NULL,
    ts        BIGINT NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (channel, size)
) WITHOUT ROWID;

-- Bodies that came with no batch, or came wrong, and that others are asked for.
CREATE TABLE missing_bodies (
    channel    BIGINT NOT NULL REFERENCES channels (num),
    seq        BIGINT NOT NULL,
    created_ts BIGINT NOT NULL,
    tries      BIGINT NOT NULL,
    -- When somebody is asked next.
    due_ts     BIGINT NOT NULL,
    PRIMARY KEY (channel, seq)
) WITHOUT ROWID;
CREATE INDEX missing_bodies_by_due ON missing_bodies (due_ts);
