DROP INDEX users_administrators;
DROP TABLE reports;
