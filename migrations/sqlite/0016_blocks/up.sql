-- Of whom somebody wants to hear nothing. Only they know.
CREATE TABLE blocks (
    user_num   BIGINT NOT NULL REFERENCES users (num),
    blocked    BIGINT NOT NULL REFERENCES users (num),
    created_ts BIGINT NOT NULL,
    PRIMARY KEY (user_num, blocked)
) WITHOUT ROWID;
CREATE INDEX blocks_by_blocked ON blocks (blocked, user_num);
