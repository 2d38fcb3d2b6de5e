-- How many days servers keep what is said in a channel, where its policy says so.
CREATE TABLE retentions (
    channel BIGINT PRIMARY KEY NOT NULL REFERENCES channels (num),
    days    BIGINT NOT NULL
) WITHOUT ROWID;
-- What was said before was kept long enough, and is gone.
ALTER TABLE channels ADD COLUMN kept_from_seq BIGINT NOT NULL DEFAULT 0;
