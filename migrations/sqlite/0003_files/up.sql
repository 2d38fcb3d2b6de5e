-- Files by the SHA-256 of their bytes. The bytes themselves are in the file store.
CREATE TABLE files (
    hash       TEXT PRIMARY KEY NOT NULL,
    size       BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    width      BIGINT,
    height     BIGINT,
    created_ts BIGINT NOT NULL
) WITHOUT ROWID;

-- Who uploaded a file and has not put it into a message yet.
CREATE TABLE file_owners (
    hash     TEXT NOT NULL,
    user_num BIGINT NOT NULL REFERENCES users (num),
    ts       BIGINT NOT NULL,
    PRIMARY KEY (hash, user_num)
) WITHOUT ROWID;
CREATE INDEX file_owners_by_user ON file_owners (user_num);
CREATE INDEX file_owners_by_ts ON file_owners (ts);

-- The messages that carry a file, and their authors. A file that nothing needs any more is deleted.
CREATE TABLE file_refs (
    channel  BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    hash     TEXT NOT NULL,
    user_num BIGINT NOT NULL REFERENCES users (num),
    PRIMARY KEY (channel, seq, hash)
) WITHOUT ROWID;
CREATE INDEX file_refs_by_hash ON file_refs (hash, channel, seq);
CREATE INDEX file_refs_by_user ON file_refs (user_num);

-- Bytes that must not be in the store unless `files` has them: written before bytes come and before they go.
CREATE TABLE file_removals (
    hash TEXT PRIMARY KEY NOT NULL
) WITHOUT ROWID;

-- Uploads in parts (tus). How far one has come is the length of its part on disk.
CREATE TABLE uploads (
    id         TEXT PRIMARY KEY NOT NULL,
    user_num   BIGINT NOT NULL REFERENCES users (num),
    name       TEXT NOT NULL,
    size       BIGINT NOT NULL,
    created_ts BIGINT NOT NULL,
    -- Once it is complete.
    hash       TEXT
) WITHOUT ROWID;
CREATE INDEX uploads_by_user ON uploads (user_num);

CREATE INDEX users_by_avatar ON users (avatar) WHERE avatar IS NOT NULL;
