-- Messages that are to be sent later. Only their authors know.
CREATE TABLE scheduled (
    id         TEXT PRIMARY KEY NOT NULL,
    user_num   BIGINT NOT NULL REFERENCES users (num),
    channel    BIGINT NOT NULL REFERENCES channels (num),
    -- That of the message: however often it is tried, it is sent once.
    nonce      TEXT NOT NULL,
    reply_to   TEXT,
    thread     TEXT,
    -- Text, files and previews, as that of a message has them.
    content    TEXT NOT NULL,
    -- Later than that of whatever the person scheduled before.
    created_ts BIGINT NOT NULL,
    send_ts    BIGINT NOT NULL,
    -- When it is tried next; none where it can't be sent any more.
    due_ts     BIGINT,
    tries      BIGINT NOT NULL,
    -- The code of why it can't.
    failed     TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX scheduled_by_nonce ON scheduled (user_num, channel, nonce);
CREATE INDEX scheduled_by_due ON scheduled (due_ts, created_ts) WHERE due_ts IS NOT NULL;

-- The files that they are going to carry: these stay.
CREATE TABLE scheduled_files (
    hash      TEXT NOT NULL,
    scheduled TEXT NOT NULL REFERENCES scheduled (id),
    user_num  BIGINT NOT NULL REFERENCES users (num),
    PRIMARY KEY (hash, scheduled)
) WITHOUT ROWID;
CREATE INDEX scheduled_files_by_scheduled ON scheduled_files (scheduled);
CREATE INDEX scheduled_files_by_user ON scheduled_files (user_num);
