-- Where a device is told of what happens while no window is open there (Web Push): one place per session.
CREATE TABLE push_endpoints (
    session    TEXT PRIMARY KEY NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_num   BIGINT NOT NULL REFERENCES users (num),
    endpoint   TEXT NOT NULL UNIQUE,
    -- The device's public key, and the secret that it shares with this server (RFC 8291).
    p256dh     BLOB NOT NULL,
    auth       BLOB NOT NULL,
    -- 'mine' or 'all'
    scope      TEXT NOT NULL,
    created_ts BIGINT NOT NULL,
    -- Since when nothing could be delivered.
    failing_ts BIGINT
) WITHOUT ROWID;
CREATE INDEX push_endpoints_by_user ON push_endpoints (user_num);

-- What waits to be pushed: per device and channel the newest message, from `due_ts` on. Without a reference to the
-- device, so that a session that ends never fails a message; what lost its device is dropped when it is due.
CREATE TABLE pushes (
    session    TEXT NOT NULL,
    channel    BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    due_ts     BIGINT NOT NULL,
    expires_ts BIGINT NOT NULL,
    tries      BIGINT NOT NULL,
    PRIMARY KEY (session, channel)
) WITHOUT ROWID;
CREATE INDEX pushes_by_due ON pushes (due_ts);

-- When a person wants to be left alone: until a time, and every day between two minutes of a time zone's clock.
CREATE TABLE attention (
    user_num    BIGINT PRIMARY KEY NOT NULL REFERENCES users (num),
    quiet_until BIGINT,
    zone        TEXT,
    from_min    BIGINT,
    to_min      BIGINT
) WITHOUT ROWID;

-- Words that notify a person as a mention does, in small letters.
CREATE TABLE keywords (
    user_num BIGINT NOT NULL REFERENCES users (num),
    word     TEXT NOT NULL,
    PRIMARY KEY (user_num, word)
) WITHOUT ROWID;

-- Where a person is written to. An address counts once somebody who reads there has said so.
CREATE TABLE emails (
    user_num    BIGINT PRIMARY KEY NOT NULL REFERENCES users (num),
    address     TEXT,
    pending     TEXT,
    missed      BOOLEAN NOT NULL,
    unsubscribe TEXT NOT NULL UNIQUE,
    mailed_id   BIGINT NOT NULL,
    mailed_ts   BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX emails_by_address ON emails (address);

-- What letters ask for: that an address is one's own, or another password.
CREATE TABLE email_tokens (
    -- SHA-256 of the token; the token itself is only in the letter.
    token_hash BLOB PRIMARY KEY NOT NULL,
    user_num   BIGINT NOT NULL REFERENCES users (num),
    kind       TEXT NOT NULL,
    address    TEXT NOT NULL,
    created_ts BIGINT NOT NULL,
    expires_ts BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX email_tokens_by_user ON email_tokens (user_num);
