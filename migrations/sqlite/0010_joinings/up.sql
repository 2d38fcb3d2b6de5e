-- People whom a host elsewhere has taken into a channel, until the entry that says so is here.
CREATE TABLE joinings (
    channel    BIGINT NOT NULL REFERENCES channels (num),
    user_num   BIGINT NOT NULL REFERENCES users (num),
    -- The entry, by the host's word.
    seq        BIGINT NOT NULL,
    event_id   TEXT NOT NULL,
    -- What the person's server had seen of the log.
    seen_size  BIGINT NOT NULL,
    seen_root  BLOB NOT NULL,
    -- The signed head of the host's snapshot, as JSON: it is held against the log that comes.
    head       TEXT,
    created_ts BIGINT NOT NULL,
    PRIMARY KEY (channel, user_num)
) WITHOUT ROWID;
CREATE INDEX joinings_by_user ON joinings (user_num);
