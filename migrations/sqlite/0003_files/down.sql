DROP INDEX users_by_avatar;
DROP TABLE uploads;
DROP TABLE file_removals;
DROP TABLE file_refs;
DROP TABLE file_owners;
DROP TABLE files;
