-- Which messages carry files as they stand now, by the kinds of these, and all of them once more as 'any'.
CREATE TABLE shared_files (
    channel BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    seq     BIGINT NOT NULL,
    PRIMARY KEY (channel, kind, seq)
) WITHOUT ROWID;

-- What was shared before.
INSERT OR IGNORE INTO shared_files (channel, kind, seq)
WITH carried AS (
    SELECT m.channel, m.seq, json_extract(a.value, '$.media_type') AS media_type
    FROM messages m
    JOIN bodies b ON b.channel = m.channel AND b.seq = m.body_seq
    JOIN json_each(CASE WHEN instr(b.body, '"attachments"') > 0 THEN b.body ELSE '{}' END, '$.content.attachments') a
    WHERE NOT m.deleted AND a.type = 'object' AND json_type(a.value, '$.media_type') = 'text'
)
SELECT channel, CASE substr(media_type, 1, 6) WHEN 'image/' THEN 'image' WHEN 'video/' THEN 'video' WHEN 'audio/' THEN 'audio' ELSE 'other' END, seq
FROM carried
UNION
SELECT channel, 'any', seq FROM carried;
