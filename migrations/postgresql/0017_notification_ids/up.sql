-- The id of a notification is never given again: what was told by e-mail is remembered by it. After a restore the ids began
-- behind those that were there.
SELECT setval(
    pg_get_serial_sequence('notifications', 'id'),
    greatest(
        nextval(pg_get_serial_sequence('notifications', 'id')),
        (SELECT coalesce(max(mailed_id), 0) + 1 FROM emails)
    ),
    false
);
