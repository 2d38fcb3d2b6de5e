DROP TRIGGER notifications_gone;
DROP TRIGGER notifications_seen;
DROP TRIGGER notifications_more;
DROP TABLE unseen_counts;
