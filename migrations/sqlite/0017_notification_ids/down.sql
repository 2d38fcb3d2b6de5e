CREATE TABLE notifications_anew (
    id         INTEGER PRIMARY KEY NOT NULL,
    user_num   BIGINT NOT NULL REFERENCES users (num),
    channel    BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    ts         BIGINT NOT NULL,
    seen       BOOLEAN NOT NULL,
    thread_seq BIGINT
);
INSERT INTO notifications_anew (id, user_num, channel, seq, kind, ts, seen, thread_seq)
SELECT id, user_num, channel, seq, kind, ts, seen, thread_seq FROM notifications;
DROP TABLE notifications;
ALTER TABLE notifications_anew RENAME TO notifications;
CREATE INDEX notifications_by_user ON notifications (user_num, id);
CREATE INDEX notifications_by_message ON notifications (channel, seq);
CREATE INDEX notifications_unseen ON notifications (user_num, channel, seq) WHERE NOT seen;

CREATE TRIGGER notifications_more AFTER INSERT ON notifications WHEN NOT NEW.seen
BEGIN
    INSERT INTO unseen_counts (user_num, channel, root_seq, unseen) VALUES (NEW.user_num, NEW.channel, 0, 1)
    ON CONFLICT (user_num, channel, root_seq) DO UPDATE SET unseen = unseen + 1;
    INSERT INTO unseen_counts (user_num, channel, root_seq, unseen)
    SELECT NEW.user_num, NEW.channel, NEW.thread_seq, 1 WHERE NEW.thread_seq IS NOT NULL
    ON CONFLICT (user_num, channel, root_seq) DO UPDATE SET unseen = unseen + 1;
END;

-- What was seen is never unseen again.
CREATE TRIGGER notifications_seen AFTER UPDATE OF seen ON notifications WHEN NEW.seen AND NOT OLD.seen
BEGIN
    UPDATE unseen_counts SET unseen = unseen - 1
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND root_seq IN (0, OLD.thread_seq);
    DELETE FROM unseen_counts
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND root_seq IN (0, OLD.thread_seq) AND unseen = 0;
END;

CREATE TRIGGER notifications_gone AFTER DELETE ON notifications WHEN NOT OLD.seen
BEGIN
    UPDATE unseen_counts SET unseen = unseen - 1
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND root_seq IN (0, OLD.thread_seq);
    DELETE FROM unseen_counts
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND root_seq IN (0, OLD.thread_seq) AND unseen = 0;
END;
