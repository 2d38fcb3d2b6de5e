-- When somebody wants to be reminded of what they saved; none where they do not.
ALTER TABLE saved ADD COLUMN remind_ts BIGINT;
CREATE INDEX saved_by_due ON saved (remind_ts, user_num, channel, seq) WHERE remind_ts IS NOT NULL;
CREATE INDEX saved_reminders ON saved (user_num) WHERE remind_ts IS NOT NULL;

-- A reminder waits beside what is new in its channel, and neither stands in for the other: `reminder` is the seq of the message
-- that it is about, and 0 where the newest message waits.
ALTER TABLE pushes ADD COLUMN reminder BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pushes ALTER COLUMN reminder DROP DEFAULT;
ALTER TABLE pushes DROP CONSTRAINT pushes_pkey;
ALTER TABLE pushes ADD PRIMARY KEY (session, channel, reminder);

-- Reminders are counted apart from what is new in their channels (root_seq -1): whoever reads there has not seen them by that. Such a row
-- has no thread.
CREATE OR REPLACE FUNCTION count_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unseen_counts AS c (user_num, channel, root_seq, unseen)
    SELECT NEW.user_num, NEW.channel, root, 1
    FROM unnest(ARRAY[CASE NEW.kind WHEN 'reminder' THEN -1 ELSE 0 END, NEW.thread_seq]) AS root
    WHERE root IS NOT NULL
    ON CONFLICT (user_num, channel, root_seq) DO UPDATE SET unseen = c.unseen + 1;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_less() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE unseen_counts SET unseen = unseen - 1
    WHERE user_num = OLD.user_num AND channel = OLD.channel
    AND root_seq IN (CASE OLD.kind WHEN 'reminder' THEN -1 ELSE 0 END, OLD.thread_seq);
    DELETE FROM unseen_counts
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND unseen = 0
    AND root_seq IN (CASE OLD.kind WHEN 'reminder' THEN -1 ELSE 0 END, OLD.thread_seq);
    RETURN NULL;
END $$;
