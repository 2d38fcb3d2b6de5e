-- The secrets of which people's devices make one-time codes (RFC 6238).
CREATE TABLE totp (
    user_num   BIGINT PRIMARY KEY NOT NULL REFERENCES users (num),
    secret     BYTEA NOT NULL,
    created_ts BIGINT NOT NULL,
    -- None: no code of it was shown yet, and none is asked for.
    enabled_ts BIGINT,
    -- Of the last code that was taken: none is taken twice.
    last_step  BIGINT NOT NULL,
    -- Wrong codes since, and when the last of them came.
    wrong      BIGINT NOT NULL,
    wrong_ts   BIGINT NOT NULL
);
-- What takes the place of a code once, where the device is lost.
CREATE TABLE recovery_codes (
    user_num  BIGINT NOT NULL REFERENCES users (num),
    -- SHA-256; the code itself is kept nowhere.
    code_hash BYTEA NOT NULL,
    PRIMARY KEY (user_num, code_hash)
);
