-- What this server is: its name, and other facts that must not change between starts.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Ed25519 signing keys of this server, by key id. The newest that is not retired signs.
CREATE TABLE signing_keys (
    kid        TEXT PRIMARY KEY NOT NULL,
    seed       BLOB NOT NULL,
    created_ts BIGINT NOT NULL,
    retired_ts BIGINT
) WITHOUT ROWID;

-- People: this server's own (password_hash set) and those of other servers.
CREATE TABLE users (
    num           INTEGER PRIMARY KEY NOT NULL,
    id            TEXT NOT NULL UNIQUE,
    server        TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    bio           TEXT NOT NULL,
    avatar        TEXT,
    password_hash TEXT,
    role          TEXT NOT NULL,
    created_ts    BIGINT NOT NULL,
    deleted_ts    BIGINT,
    -- Lower-case name and display name: what GET /users?query= looks at.
    search        TEXT NOT NULL
);

CREATE TABLE sessions (
    id           TEXT PRIMARY KEY NOT NULL,
    -- SHA-256 of the token; the token itself is kept nowhere.
    token_hash   BLOB NOT NULL UNIQUE,
    user_num     BIGINT NOT NULL REFERENCES users (num),
    device_name  TEXT NOT NULL,
    created_ts   BIGINT NOT NULL,
    last_used_ts BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_num);

CREATE TABLE user_invites (
    code       TEXT PRIMARY KEY NOT NULL,
    created_by BIGINT REFERENCES users (num),
    uses_left  BIGINT NOT NULL,
    created_ts BIGINT NOT NULL,
    expires_ts BIGINT
) WITHOUT ROWID;

-- One row a channel: where its log stands (written once per commit), and what its state entries add up to.
CREATE TABLE channels (
    num              INTEGER PRIMARY KEY NOT NULL,
    id               TEXT NOT NULL UNIQUE,
    kind             TEXT NOT NULL,
    host             TEXT NOT NULL,
    rules            BIGINT NOT NULL,
    creator          TEXT NOT NULL,
    created_ts       BIGINT NOT NULL,
    -- The log: entries 0..size, their Merkle tree's root and perfect subtrees, and the last signed head.
    term             BIGINT NOT NULL,
    size             BIGINT NOT NULL,
    root             BLOB NOT NULL,
    frontier         BLOB NOT NULL,
    last_ts          BIGINT NOT NULL,
    head_kid         TEXT NOT NULL,
    head_ts          BIGINT NOT NULL,
    head_signature   BLOB NOT NULL,
    -- Counters that make unread counts a subtraction.
    live_count       BIGINT NOT NULL,
    joined_count     BIGINT NOT NULL,
    last_message_seq BIGINT,
    -- State.
    owner            TEXT,
    name             TEXT NOT NULL,
    topic            TEXT NOT NULL,
    avatar           TEXT,
    policy           TEXT NOT NULL,
    servers          TEXT NOT NULL,
    archived         BOOLEAN NOT NULL,
    pins             TEXT NOT NULL,
    -- What only this server says of the channel.
    visibility       TEXT NOT NULL,
    alias            TEXT UNIQUE,
    -- The sorted people of a direct message channel: one channel per set.
    people           TEXT UNIQUE,
    -- Lower-case name, topic and alias: what GET /directory?query= looks at.
    search           TEXT NOT NULL
);

-- The keys that a channel's log binds, by position.
CREATE TABLE channel_keys (
    channel   BIGINT NOT NULL REFERENCES channels (num),
    server    TEXT NOT NULL,
    kid       TEXT NOT NULL,
    public    BLOB NOT NULL,
    from_seq  BIGINT NOT NULL,
    until_seq BIGINT,
    PRIMARY KEY (channel, server, kid)
) WITHOUT ROWID;

-- The log. `event` is the canonical header that `signature` signs; it has no content of anybody's.
CREATE TABLE entries (
    channel    BIGINT NOT NULL REFERENCES channels (num),
    seq        BIGINT NOT NULL,
    event_id   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    sender     BIGINT NOT NULL REFERENCES users (num),
    nonce      TEXT NOT NULL,
    term       BIGINT NOT NULL,
    host_ts    BIGINT NOT NULL,
    root       BLOB NOT NULL,
    event      TEXT NOT NULL,
    signature  BLOB NOT NULL,
    -- The rule that makes the entry void, or null.
    void       TEXT,
    -- For a redaction, edit or reaction: the seq of what it relates to.
    target_seq BIGINT,
    -- When the entry was redacted.
    redacted_seq BIGINT,
    PRIMARY KEY (channel, seq)
) WITHOUT ROWID;
CREATE INDEX entries_by_event ON entries (event_id);
CREATE UNIQUE INDEX entries_by_nonce ON entries (channel, sender, nonce) WHERE void IS NULL;

-- Content, apart from the log so that deleting it leaves the log whole. Rows stand in the order in which they came
-- (so not WITHOUT ROWID), and none is ever deleted, only emptied: where SQLite moves rows between pages, copies of
-- them stay behind that secure_delete does not reach, and it moves none of a table that only grows at its end.
CREATE TABLE bodies (
    channel BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    -- Empty for what was deleted.
    body    TEXT NOT NULL,
    PRIMARY KEY (channel, seq)
);

-- Timeline: a row a message. Its text is in bodies at body_seq (the message's own seq, or its last edit's).
CREATE TABLE messages (
    channel       BIGINT NOT NULL,
    seq           BIGINT NOT NULL,
    id            TEXT NOT NULL,
    sender        BIGINT NOT NULL REFERENCES users (num),
    ts            BIGINT NOT NULL,
    nonce         TEXT NOT NULL,
    body_seq      BIGINT NOT NULL,
    edited_ts     BIGINT,
    deleted       BOOLEAN NOT NULL,
    reply_to      TEXT,
    thread        TEXT,
    thread_seq    BIGINT,
    thread_index  BIGINT,
    thread_count  BIGINT NOT NULL,
    has_reactions BOOLEAN NOT NULL,
    PRIMARY KEY (channel, seq)
) WITHOUT ROWID;
CREATE INDEX messages_by_thread ON messages (channel, thread_seq, seq) WHERE thread_seq IS NOT NULL;

-- Edits of a message, oldest first; their texts are in bodies.
CREATE TABLE edits (
    channel     BIGINT NOT NULL,
    message_seq BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    ts          BIGINT NOT NULL,
    PRIMARY KEY (channel, message_seq, seq)
) WITHOUT ROWID;

CREATE TABLE reactions (
    channel     BIGINT NOT NULL,
    message_seq BIGINT NOT NULL,
    emoji       TEXT NOT NULL,
    user_num    BIGINT NOT NULL REFERENCES users (num),
    seq         BIGINT NOT NULL,
    event_id    TEXT NOT NULL,
    PRIMARY KEY (channel, message_seq, emoji, user_num)
) WITHOUT ROWID;
CREATE INDEX reactions_by_seq ON reactions (channel, seq);

-- Who stands how in a channel (from the log), and what only this server keeps: read marker and level.
CREATE TABLE members (
    channel    BIGINT NOT NULL REFERENCES channels (num),
    user_num   BIGINT NOT NULL REFERENCES users (num),
    membership TEXT NOT NULL,
    role       TEXT NOT NULL,
    since_seq  BIGINT NOT NULL,
    joined_seq BIGINT,
    invited_by BIGINT REFERENCES users (num),
    notify     TEXT NOT NULL,
    read_seq   BIGINT NOT NULL,
    -- channels.live_count less what is unread: unread = live_count - read_base.
    read_base  BIGINT NOT NULL,
    PRIMARY KEY (channel, user_num)
) WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_num, membership);

CREATE TABLE notifications (
    id       INTEGER PRIMARY KEY NOT NULL,
    user_num BIGINT NOT NULL REFERENCES users (num),
    channel  BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    kind     TEXT NOT NULL,
    ts       BIGINT NOT NULL,
    seen     BOOLEAN NOT NULL
);
CREATE INDEX notifications_by_user ON notifications (user_num, id);
CREATE INDEX notifications_by_message ON notifications (channel, seq);
CREATE INDEX notifications_unseen ON notifications (user_num, channel, seq) WHERE NOT seen;

-- Full-text index of what messages say now. Contentless: it holds no second copy of a text. Words are taken out
-- by telling it the text (`contentless_delete` would only mark the row and keep its words), and with
-- secure-delete they leave the index file at once.
-- rowid = channel << 40 | seq.
CREATE VIRTUAL TABLE message_search USING fts5 (text, content = '', tokenize = 'unicode61');
INSERT INTO message_search (message_search, rank) VALUES ('secure-delete', 1);
