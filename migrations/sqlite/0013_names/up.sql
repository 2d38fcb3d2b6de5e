-- What looking for people reads: this instead of all that there is of each of 100,000.
CREATE INDEX users_by_name ON users (id, search) WHERE deleted_ts IS NULL;
