-- The ids go on as they are.
SELECT 1;
