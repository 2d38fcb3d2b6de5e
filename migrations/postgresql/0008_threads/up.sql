-- How many replies that were not deleted a thread has, in the row of its first message: makes unread counts a
-- subtraction, as channels.live_count does for channels.
ALTER TABLE messages ADD COLUMN thread_live BIGINT NOT NULL DEFAULT 0;
UPDATE messages SET thread_live = (
    SELECT COUNT(*) FROM messages r
    WHERE r.channel = messages.channel AND r.thread_seq = messages.seq AND NOT r.deleted
) WHERE thread_count > 0;

-- How far this server's people have read in threads, and which they follow.
CREATE TABLE thread_reads (
    channel   BIGINT NOT NULL REFERENCES channels (num),
    root_seq  BIGINT NOT NULL,
    user_num  BIGINT NOT NULL REFERENCES users (num),
    following BOOLEAN NOT NULL,
    read_seq  BIGINT NOT NULL,
    -- messages.thread_live of the first message less what is unread: unread = thread_live - read_base.
    read_base BIGINT NOT NULL,
    -- When the last reply came.
    last_ts   BIGINT NOT NULL,
    PRIMARY KEY (channel, root_seq, user_num)
);
CREATE INDEX thread_reads_by_user ON thread_reads (user_num, last_ts);

-- Whoever wrote in a thread follows it, and has read it so far.
INSERT INTO thread_reads (channel, root_seq, user_num, following, read_seq, read_base, last_ts)
SELECT t.channel, t.seq, p.sender, TRUE, t.last, t.thread_live, l.ts
FROM (
    SELECT m.channel, m.seq, m.thread_live, (
        SELECT MAX(r.seq) FROM messages r WHERE r.channel = m.channel AND r.thread_seq = m.seq
    ) AS last
    FROM messages m WHERE m.thread_count > 0
) t
JOIN messages l ON l.channel = t.channel AND l.seq = t.last
JOIN (
    SELECT channel, seq AS root_seq, sender FROM messages WHERE thread_count > 0
    UNION
    SELECT channel, thread_seq, sender FROM messages WHERE thread_seq IS NOT NULL
) p ON p.channel = t.channel AND p.root_seq = t.seq
JOIN users u ON u.num = p.sender AND u.server = (SELECT value FROM meta WHERE key = 'server_name')
JOIN members s ON s.channel = t.channel AND s.user_num = p.sender AND s.membership = 'joined';

-- The first message of the thread that the message stands in.
ALTER TABLE notifications ADD COLUMN thread_seq BIGINT;
UPDATE notifications SET thread_seq = (
    SELECT m.thread_seq FROM messages m
    WHERE m.channel = notifications.channel AND m.seq = notifications.seq
);

-- The entry that set the picture.
ALTER TABLE channels ADD COLUMN avatar_seq BIGINT;
CREATE INDEX channels_by_avatar ON channels (avatar) WHERE avatar IS NOT NULL;

-- In which language letters are written; null for English.
ALTER TABLE emails ADD COLUMN language TEXT;
