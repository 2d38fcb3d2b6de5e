DROP INDEX entries_by_target;
