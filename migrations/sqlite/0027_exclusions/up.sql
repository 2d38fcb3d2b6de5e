-- People of other servers whom an administrator keeps out of this one.
CREATE TABLE exclusions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_num      BIGINT NOT NULL UNIQUE REFERENCES users (num),
    created_ts    BIGINT NOT NULL,
    -- None: somebody with the operator's commands.
    administrator TEXT,
    reason        TEXT
);
