-- How many unseen notifications somebody has: in a channel (root_seq 0), and in each of its threads (the seq of the
-- first message). Kept by the rows themselves, so that no way of changing them can forget it.
CREATE TABLE unseen_counts (
    user_num BIGINT NOT NULL REFERENCES users (num),
    channel  BIGINT NOT NULL,
    root_seq BIGINT NOT NULL,
    unseen   BIGINT NOT NULL,
    PRIMARY KEY (user_num, channel, root_seq)
) WITHOUT ROWID;

INSERT INTO unseen_counts (user_num, channel, root_seq, unseen)
SELECT user_num, channel, 0, COUNT(*) FROM notifications WHERE NOT seen GROUP BY user_num, channel;
INSERT INTO unseen_counts (user_num, channel, root_seq, unseen)
SELECT user_num, channel, thread_seq, COUNT(*) FROM notifications WHERE NOT seen AND thread_seq IS NOT NULL
GROUP BY user_num, channel, thread_seq;

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
