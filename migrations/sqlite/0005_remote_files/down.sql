DELETE FROM file_refs WHERE standing <> 'own';
DROP TABLE file_copies;
ALTER TABLE file_refs DROP COLUMN standing;
