DELETE FROM notifications WHERE kind = 'reminder';
DROP TRIGGER notifications_more;
DROP TRIGGER notifications_seen;
DROP TRIGGER notifications_gone;

CREATE TRIGGER notifications_more AFTER INSERT ON notifications WHEN NOT NEW.seen
BEGIN
    INSERT INTO unseen_counts (user_num, channel, root_seq, unseen)
    VALUES (NEW.user_num, NEW.channel, 0, 1)
    ON CONFLICT (user_num, channel, root_seq) DO UPDATE SET unseen = unseen + 1;
    INSERT INTO unseen_counts (user_num, channel, root_seq, unseen)
    SELECT NEW.user_num, NEW.channel, NEW.thread_seq, 1 WHERE NEW.thread_seq IS NOT NULL
    ON CONFLICT (user_num, channel, root_seq) DO UPDATE SET unseen = unseen + 1;
END;
CREATE TRIGGER notifications_seen AFTER UPDATE OF seen ON notifications WHEN NEW.seen AND NOT OLD.seen
BEGIN
    UPDATE unseen_counts SET unseen = unseen - 1
    WHERE user_num = OLD.user_num AND channel = OLD.channel
    AND root_seq IN (0, OLD.thread_seq);
    DELETE FROM unseen_counts
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND unseen = 0
    AND root_seq IN (0, OLD.thread_seq);
END;
CREATE TRIGGER notifications_gone AFTER DELETE ON notifications WHEN NOT OLD.seen
BEGIN
    UPDATE unseen_counts SET unseen = unseen - 1
    WHERE user_num = OLD.user_num AND channel = OLD.channel
    AND root_seq IN (0, OLD.thread_seq);
    DELETE FROM unseen_counts
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND unseen = 0
    AND root_seq IN (0, OLD.thread_seq);
END;
CREATE TABLE pushes_before (
    session    TEXT NOT NULL,
    channel    BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    due_ts     BIGINT NOT NULL,
    expires_ts BIGINT NOT NULL,
    tries      BIGINT NOT NULL,
    PRIMARY KEY (session, channel)
) WITHOUT ROWID;
INSERT INTO pushes_before (session, channel, seq, due_ts, expires_ts, tries)
SELECT session, channel, seq, due_ts, expires_ts, tries FROM pushes WHERE reminder = 0;
DROP TABLE pushes;
ALTER TABLE pushes_before RENAME TO pushes;
CREATE INDEX pushes_by_due ON pushes (due_ts);
DROP INDEX saved_reminders;
DROP INDEX saved_by_due;
ALTER TABLE saved DROP COLUMN remind_ts;
