-- Names that begin so. (Anything else is found by reading the table, which PostgreSQL does quickly.)
CREATE INDEX users_by_name ON users (search text_pattern_ops) WHERE deleted_ts IS NULL;
