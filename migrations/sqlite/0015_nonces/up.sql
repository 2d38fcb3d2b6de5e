-- Without the channel, by which a planner that knows nothing of the tables yet takes the primary key for as good, and
-- then walks through the whole channel for each message that is sent; and of all entries, because an index of some is
-- taken for small, and walked through when something else is looked for among those.
DROP INDEX entries_by_nonce;
CREATE INDEX entries_by_nonce ON entries (sender, nonce);
