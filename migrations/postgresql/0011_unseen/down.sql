DROP TRIGGER notifications_gone ON notifications;
DROP TRIGGER notifications_seen ON notifications;
DROP TRIGGER notifications_more ON notifications;
DROP FUNCTION count_less();
DROP FUNCTION count_more();
DROP TABLE unseen_counts;
