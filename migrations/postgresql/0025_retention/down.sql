ALTER TABLE channels DROP COLUMN kept_from_seq;
DROP TABLE retentions;
