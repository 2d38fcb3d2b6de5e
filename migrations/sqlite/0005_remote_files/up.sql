-- Whose word it is that the author of a message has the file's bytes: 'own' for people here, 'claimed' for people of
-- other servers, 'shown' once their server, or one that had them from it, has given these bytes.
ALTER TABLE file_refs ADD COLUMN standing TEXT NOT NULL DEFAULT 'own';

-- Files of which nothing here but messages of other servers' people has need: they can be fetched again, and the one
-- that was not looked at for longest goes first.
CREATE TABLE file_copies (
    hash    TEXT PRIMARY KEY NOT NULL,
    size    BIGINT NOT NULL,
    used_ts BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX file_copies_by_use ON file_copies (used_ts);

-- What other servers' people sent before files could be fetched.
INSERT OR IGNORE INTO file_refs (channel, seq, hash, user_num, standing)
SELECT m.channel, m.seq, json_extract(a.value, '$.hash'), m.sender, 'claimed'
FROM messages m
JOIN users u ON u.num = m.sender AND u.server <> (SELECT value FROM meta WHERE key = 'server_name')
JOIN bodies b ON b.channel = m.channel AND b.seq = m.seq
JOIN json_each(CASE WHEN b.body = '' THEN '{}' ELSE b.body END, '$.content.attachments') a
WHERE NOT m.deleted AND a.type = 'object' AND typeof(a.key) = 'integer' AND a.key < 10
  AND json_type(a.value, '$.hash') = 'text' AND length(json_extract(a.value, '$.hash')) = 43;
