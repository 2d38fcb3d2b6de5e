-- Messages that members think should be looked at, each with the member's reason.
CREATE TABLE reports (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    ts         BIGINT NOT NULL,
    channel    BIGINT NOT NULL REFERENCES channels (num),
    seq        BIGINT NOT NULL,
    -- None: somebody of another server, which does not say whom, or whose account was deleted.
    reporter   BIGINT REFERENCES users (num),
    -- Where it was reported.
    server     TEXT NOT NULL,
    reason     TEXT,
    -- 0 open, 1 handled by a moderator, 2 closed by an administrator.
    state      BIGINT NOT NULL,
    handled_ts BIGINT,
    handled_by BIGINT REFERENCES users (num),
    closed_ts  BIGINT,
    closed_by  BIGINT REFERENCES users (num)
);
CREATE INDEX reports_by_channel ON reports (channel, state);
CREATE INDEX reports_by_message ON reports (channel, seq);
CREATE INDEX reports_by_reporter ON reports (reporter, state);
CREATE INDEX reports_by_state ON reports (state, id);
CREATE INDEX reports_by_server ON reports (server, state);
-- Few of many, who are told of each.
CREATE INDEX users_administrators ON users (num) WHERE role = 'admin';
