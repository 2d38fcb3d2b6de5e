-- What goes with a message that is deleted: all reactions to it that stand in the log, those that did not count too. By the sum,
-- and not by the column, so that no plan takes the primary key for as good and walks through the channel.
CREATE INDEX entries_by_target ON entries ((channel + 0), target_seq) WHERE kind = 'reaction';
