-- When somebody wants to be reminded of what they saved; none where they do not.
ALTER TABLE saved ADD COLUMN remind_ts BIGINT;
CREATE INDEX saved_by_due ON saved (remind_ts, user_num, channel, seq) WHERE remind_ts IS NOT NULL;
CREATE INDEX saved_reminders ON saved (user_num) WHERE remind_ts IS NOT NULL;

-- A reminder waits beside what is new in its channel, and neither stands in for the other: `reminder` is the seq of the message
-- that it is about, and 0 where the newest message waits.
CREATE TABLE pushes_anew (
    session    TEXT NOT NULL,
    channel    BIGINT NOT NULL,
    reminder   BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    due_ts     BIGINT NOT NULL,
    expires_ts BIGINT NOT NULL,
    tries      BIGINT NOT NULL,
    PRIMARY KEY (session, channel, reminder)
) WITHOUT ROWID;
INSERT INTO pushes_anew (session, channel, reminder, seq, due_ts, expires_ts, tries)
SELECT session, channel, 0, seq, due_ts, expires_ts, tries FROM pushes;
DROP TABLE pushes;
ALTER TABLE pushes_anew RENAME TO pushes;
CREATE INDEX pushes_by_due ON pushes (due_ts);

-- Reminders are counted apart from what is new in their channels (root_seq -1): whoever reads there has not seen them by that. Such a row
-- has no thread.
DROP TRIGGER notifications_more;
DROP TRIGGER notifications_seen;
DROP TRIGGER notifications_gone;

CREATE TRIGGER notifications_more AFTER INSERT ON notifications WHEN NOT NEW.seen
BEGIN
    INSERT INTO unseen_counts (user_num, channel, root_seq, unseen)
    VALUES (NEW.user_num, NEW.channel, CASE NEW.kind WHEN 'reminder' THEN -1 ELSE 0 END, 1)
    ON CONFLICT (user_num, channel, root_seq) DO UPDATE SET unseen = unseen + 1;
    INSERT INTO unseen_counts (user_num, channel, root_seq, unseen)
    SELECT NEW.user_num, NEW.channel, NEW.thread_seq, 1 WHERE NEW.thread_seq IS NOT NULL
    ON CONFLICT (user_num, channel, root_seq) DO UPDATE SET unseen = unseen + 1;
END;
CREATE TRIGGER notifications_seen AFTER UPDATE OF seen ON notifications WHEN NEW.seen AND NOT OLD.seen
BEGIN
    UPDATE unseen_counts SET unseen = unseen - 1
    WHERE user_num = OLD.user_num AND channel = OLD.channel
    AND root_seq IN (CASE OLD.kind WHEN 'reminder' THEN -1 ELSE 0 END, OLD.thread_seq);
    DELETE FROM unseen_counts
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND unseen = 0
    AND root_seq IN (CASE OLD.kind WHEN 'reminder' THEN -1 ELSE 0 END, OLD.thread_seq);
END;
CREATE TRIGGER notifications_gone AFTER DELETE ON notifications WHEN NOT OLD.seen
BEGIN
    UPDATE unseen_counts SET unseen = unseen - 1
    WHERE user_num = OLD.user_num AND channel = OLD.channel
    AND root_seq IN (CASE OLD.kind WHEN 'reminder' THEN -1 ELSE 0 END, OLD.thread_seq);
    DELETE FROM unseen_counts
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND unseen = 0
    AND root_seq IN (CASE OLD.kind WHEN 'reminder' THEN -1 ELSE 0 END, OLD.thread_seq);
END;
