-- Which messages carry files as they stand now, by the kinds of these, and all of them once more as 'any'.
CREATE TABLE shared_files (
    channel BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    seq     BIGINT NOT NULL,
    PRIMARY KEY (channel, kind, seq)
);

-- What was shared before.
INSERT INTO shared_files (channel, kind, seq)
WITH carried AS (
    SELECT m.channel, m.seq, a.value ->> 'media_type' AS media_type
    FROM messages m
    JOIN bodies b ON b.channel = m.channel AND b.seq = m.body_seq
    CROSS JOIN LATERAL (
        SELECT (CASE WHEN strpos(b.body, '"attachments"') > 0 THEN b.body ELSE '{}' END)::json #> '{content,attachments}' AS list
    ) l
    CROSS JOIN LATERAL json_array_elements(CASE json_typeof(l.list) WHEN 'array' THEN l.list ELSE '[]'::json END) AS a (value)
    WHERE NOT m.deleted AND json_typeof(a.value) = 'object' AND json_typeof(a.value -> 'media_type') = 'string'
)
SELECT channel, CASE left(media_type, 6) WHEN 'image/' THEN 'image' WHEN 'video/' THEN 'video' WHEN 'audio/' THEN 'audio' ELSE 'other' END, seq
FROM carried
UNION
SELECT channel, 'any', seq FROM carried
ON CONFLICT DO NOTHING;
