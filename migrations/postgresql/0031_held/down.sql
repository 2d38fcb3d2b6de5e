ALTER TABLE scheduled DROP COLUMN session;
