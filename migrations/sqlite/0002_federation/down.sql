DROP INDEX entries_by_nonce;
CREATE UNIQUE INDEX entries_by_nonce ON entries (channel, sender, nonce) WHERE void IS NULL;
DROP TABLE evidence;
DROP TABLE alarms;
DROP TABLE errands;
DROP TABLE pending;
DROP TABLE replicas;
DROP TABLE peers;
