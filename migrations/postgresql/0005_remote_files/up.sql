-- Whose word it is that the author of a message has the file's bytes: 'own' for people here, 'claimed' for people of
-- other servers, 'shown' once their server, or one that had them from it, has given these bytes.
ALTER TABLE file_refs ADD COLUMN standing TEXT NOT NULL DEFAULT 'own';

-- Files of which nothing here but messages of other servers' people has need: they can be fetched again, and the one
-- that was not looked at for longest goes first.
CREATE TABLE file_copies (
    hash    TEXT PRIMARY KEY NOT NULL,
    size    BIGINT NOT NULL,
    used_ts BIGINT NOT NULL
);
CREATE INDEX file_copies_by_use ON file_copies (used_ts);

-- What other servers' people sent before files could be fetched.
INSERT INTO file_refs (channel, seq, hash, user_num, standing)
SELECT m.channel, m.seq, a.value ->> 'hash', m.sender, 'claimed'
FROM messages m
JOIN users u ON u.num = m.sender AND u.server <> (SELECT value FROM meta WHERE key = 'server_name')
JOIN bodies b ON b.channel = m.channel AND b.seq = m.seq
CROSS JOIN LATERAL (SELECT b.body::json #> '{content,attachments}' AS list) l
CROSS JOIN LATERAL json_array_elements(CASE json_typeof(l.list) WHEN 'array' THEN l.list ELSE '[]'::json END)
    WITH ORDINALITY AS a (value, place)
WHERE NOT m.deleted AND a.place <= 10 AND json_typeof(a.value) = 'object'
  AND json_typeof(a.value -> 'hash') = 'string' AND length(a.value ->> 'hash') = 43
ON CONFLICT DO NOTHING;
