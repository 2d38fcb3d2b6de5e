-- The session that scheduled a message, or changed it last: one that is put out by a new password sends nothing any more.
ALTER TABLE scheduled ADD COLUMN session TEXT;
