-- What a person's clients keep for each other: drafts, favourites. JSON, which the server does not look into.
CREATE TABLE settings (
    user_num   BIGINT NOT NULL REFERENCES users (num),
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    updated_ts BIGINT NOT NULL,
    PRIMARY KEY (user_num, key)
);

-- Since when an administrator keeps the account from logging in.
ALTER TABLE users ADD COLUMN disabled_ts BIGINT;
