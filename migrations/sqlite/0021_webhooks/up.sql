-- Addresses at which other programs post to a channel, each in the name of an account that nobody logs in to.
CREATE TABLE webhooks (
    id           TEXT PRIMARY KEY NOT NULL,
    -- SHA-256 of the token in the address; the token itself is kept nowhere.
    token_hash   BLOB NOT NULL UNIQUE,
    channel      BIGINT NOT NULL REFERENCES channels (num),
    user_num     BIGINT NOT NULL UNIQUE REFERENCES users (num),
    created_by   BIGINT NOT NULL REFERENCES users (num),
    created_ts   BIGINT NOT NULL,
    last_used_ts BIGINT
) WITHOUT ROWID;
CREATE INDEX webhooks_by_channel ON webhooks (channel);
