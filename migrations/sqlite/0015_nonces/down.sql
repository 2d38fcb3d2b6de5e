DROP INDEX entries_by_nonce;
CREATE INDEX entries_by_nonce ON entries (channel, sender, nonce) WHERE void IS NULL;
