-- Events that were taken back while they waited for their channel's host, which may have had them by then: should one come
-- back in the log, it is deleted there.
CREATE TABLE regrets (
    event_id TEXT PRIMARY KEY NOT NULL,
    channel  BIGINT NOT NULL REFERENCES channels (num),
    sender   BIGINT NOT NULL REFERENCES users (num),
    ts       BIGINT NOT NULL
);
CREATE INDEX regrets_by_sender ON regrets (sender, ts);
