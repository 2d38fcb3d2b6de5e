ALTER TABLE emails DROP COLUMN language;
DROP INDEX channels_by_avatar;
ALTER TABLE channels DROP COLUMN avatar_seq;
ALTER TABLE notifications DROP COLUMN thread_seq;
DROP TABLE thread_reads;
ALTER TABLE messages DROP COLUMN thread_live;
