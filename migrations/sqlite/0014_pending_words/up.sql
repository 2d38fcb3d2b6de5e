-- Of PostgreSQL alone: FTS5 collects words by itself.
SELECT 1;
