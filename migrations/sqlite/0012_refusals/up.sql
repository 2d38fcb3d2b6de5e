-- What waited for a channel's host and was refused by it, until its author has seen that.
CREATE TABLE refusals (
    num        INTEGER PRIMARY KEY NOT NULL,
    event_id   TEXT NOT NULL UNIQUE,
    channel    BIGINT NOT NULL REFERENCES channels (num),
    sender     BIGINT NOT NULL REFERENCES users (num),
    nonce      TEXT NOT NULL,
    event      TEXT NOT NULL,
    body       TEXT,
    created_ts BIGINT NOT NULL,
    -- Why, by the host's word.
    code       TEXT NOT NULL,
    detail     TEXT NOT NULL,
    refused_ts BIGINT NOT NULL
);
CREATE INDEX refusals_by_sender ON refusals (sender, num);
