ALTER TABLE users DROP COLUMN disabled_ts;
DROP TABLE settings;
