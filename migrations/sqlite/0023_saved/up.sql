-- Messages that somebody keeps for later. Only they know.
CREATE TABLE saved (
    user_num BIGINT NOT NULL REFERENCES users (num),
    channel  BIGINT NOT NULL REFERENCES channels (num),
    seq      BIGINT NOT NULL,
    -- Later than that of whatever they saved before: the order of their list.
    saved_ts BIGINT NOT NULL,
    PRIMARY KEY (user_num, channel, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX saved_by_ts ON saved (user_num, saved_ts);
