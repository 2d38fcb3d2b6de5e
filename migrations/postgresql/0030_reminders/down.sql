DELETE FROM notifications WHERE kind = 'reminder';
CREATE OR REPLACE FUNCTION count_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unseen_counts AS c (user_num, channel, root_seq, unseen)
    SELECT NEW.user_num, NEW.channel, root, 1
    FROM unnest(ARRAY[0, NEW.thread_seq]) AS root
    WHERE root IS NOT NULL
    ON CONFLICT (user_num, channel, root_seq) DO UPDATE SET unseen = c.unseen + 1;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_less() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE unseen_counts SET unseen = unseen - 1
    WHERE user_num = OLD.user_num AND channel = OLD.channel
    AND root_seq IN (0, OLD.thread_seq);
    DELETE FROM unseen_counts
    WHERE user_num = OLD.user_num AND channel = OLD.channel AND unseen = 0
    AND root_seq IN (0, OLD.thread_seq);
    RETURN NULL;
END $$;
DELETE FROM pushes WHERE reminder <> 0;
ALTER TABLE pushes DROP CONSTRAINT pushes_pkey;
ALTER TABLE pushes DROP COLUMN reminder;
ALTER TABLE pushes ADD PRIMARY KEY (session, channel);
DROP INDEX saved_reminders;
DROP INDEX saved_by_due;
ALTER TABLE saved DROP COLUMN remind_ts;
